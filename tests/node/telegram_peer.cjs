// Runs npm's telegram-test-api behind a small proxy that corrects what differs from Telegram itself:
//   getMe says is_bot; dates are seconds; callbacks have chat_instance and the date of their message; edits, answers to
//   presses and setWebhook have a result; getUpdates honours offset and waits; sendDocument, setMyCommands,
//   getWebhookInfo and getFile exist. All else goes through as it is.
// Prints {"port": N} when it listens, and ends when its input ends, so that it never outlives the test.
"use strict";

const http = require("node:http");
const net = require("node:net");
const TelegramServer = require("telegram-test-api");

const LOOK_AGAIN_MS = 20;
const waiting = new Map(); // token -> updates that the bot has not confirmed
const webhooks = new Map(); // token -> url
let extraId = 1_000_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = () => Math.floor(Date.now() / 1000);

async function freePort() {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function paramsOf(request, body) {
  const type = request.headers["content-type"] || "";
  const query = Object.fromEntries(new URL(request.url, "http://peer").searchParams);
  if (type.includes("json") && body.length) return { ...query, ...JSON.parse(body) };
  if (type.includes("urlencoded")) return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) };
  return query;
}

const messageOf = (params, more) => ({
  message_id: ++extraId,
  date: seconds(),
  chat: { id: Number(params.chat_id), type: "private", first_name: "Somebody" },
  ...more,
});

function corrected(update) {
  const press = update.callback_query;
  if (!press) return update;
  const message = { date: seconds(), ...press.message };
  return { ...update, callback_query: { chat_instance: String(message.chat.id), ...press, message } };
}

async function updates(inner, token, params) {
  const deadline = Date.now() + 1000 * Number(params.timeout || 0);
  const offset = Number(params.offset || 0);
  for (;;) {
    const kept = (waiting.get(token) || []).filter((update) => update.update_id >= offset);
    kept.push(...inner.getUpdates(token).map(corrected));
    waiting.set(token, kept);
    if (kept.length || Date.now() >= deadline) return kept.slice(0, Number(params.limit || 100));
    await pause(LOOK_AGAIN_MS);
  }
}

// What the package does not have.
const added = {
  getUpdates: updates,
  sendDocument: async (_inner, _token, params) => messageOf(params, { caption: params.caption }),
  setMyCommands: async () => true,
  getWebhookInfo: async (_inner, token) => ({
    url: webhooks.get(token) || "",
    has_custom_certificate: false,
    pending_update_count: (waiting.get(token) || []).length,
  }),
  getFile: async (_inner, _token, params) => ({ file_id: params.file_id, file_unique_id: params.file_id }),
};

// What the package has and answers differently.
const mended = {
  getMe: (result) => ({ ...result, is_bot: true }),
  sendMessage: (result) => ({ ...result, date: Math.floor(result.date / 1000) }),
  editMessageText: (_result, params) =>
    messageOf(params, { message_id: Number(params.message_id), text: params.text, edit_date: seconds() }),
  answerCallbackQuery: () => true,
  setWebhook: (_result, params, token) => webhooks.set(token, params.url) && true,
  deleteWebhook: (_result, _params, token) => webhooks.delete(token) || true,
};

async function answer(inner, innerUrl, request, response) {
  const body = await bodyOf(request);
  const params = paramsOf(request, body);
  const [, token, method] = /^\/bot([^/]+)\/(\w+)/.exec(request.url) || [];
  const send = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (Object.hasOwn(added, method || "")) {
    send(200, { ok: true, result: await added[method](inner, token, params) });
    return;
  }
  const headers = { "content-type": request.headers["content-type"] || "application/json" };
  const hasBody = request.method === "POST" && body.length > 0;
  const passed = await fetch(innerUrl + request.url, {
    method: request.method,
    ...(hasBody ? { headers, body } : {}),
  });
  const value = await passed.json();
  if (passed.ok && Object.hasOwn(mended, method || "")) value.result = mended[method](value.result, params, token);
  send(passed.status, value);
}

async function main() {
  const port = await freePort();
  const inner = new TelegramServer({ host: "127.0.0.1", port, storeTimeout: 600 });
  await inner.start();
  const outer = http.createServer((request, response) => {
    answer(inner, `http://127.0.0.1:${port}`, request, response).catch((error) => {
      response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ ok: false, error_code: 500, description: String(error) }));
    });
  });
  outer.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify({ port: outer.address().port })}\n`));
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}

main();
