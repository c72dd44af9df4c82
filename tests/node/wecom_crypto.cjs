// The vendor's own ciphers as a filter: each line of input is a JSON request, each line of output its answer.
const { createInterface } = require("node:readline");
const { decrypt, encrypt, getSignature } = require("@wecom/crypto");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { key, token, id, seal, open, timestamp, nonce } = JSON.parse(line);
  const sealed = open ?? encrypt(key, seal, id);
  const answer = { sealed, signature: getSignature(token, timestamp, nonce, sealed) };
  if (open !== undefined) Object.assign(answer, decrypt(key, open));
  console.log(JSON.stringify(answer));
});
