// Reads calendars with ical.js, as a program does that nobody here wrote: one JSON text per line in, what it says out.
const { createInterface } = require("node:readline");
const ICAL = require("ical.js");

createInterface({ input: process.stdin }).on("line", (line) => {
  const calendar = new ICAL.Component(ICAL.parse(JSON.parse(line)));
  const text = (of, name) => of.getFirstPropertyValue(name)?.toString() ?? null;
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const [alarm] = component.getAllSubcomponents("valarm");
    return {
      uid: event.uid,
      sequence: event.sequence,
      starts_at: event.startDate.toJSDate().toISOString(),
      ends_at: event.endDate.toJSDate().toISOString(),
      zone: event.startDate.zone.tzid,
      wall: event.startDate.toString(),
      title: event.summary,
      about: event.description,
      link: text(component, "url"),
      place: event.location,
      status: text(component, "status"),
      attendees: component.getAllProperties("attendee").map((one) => one.getFirstValue()),
      organizer: text(component, "organizer"),
      alarm: alarm ? text(alarm, "trigger") : null,
    };
  });
  const zones = calendar.getAllSubcomponents("vtimezone").map((zone) => text(zone, "tzid"));
  console.log(JSON.stringify({ method: text(calendar, "method"), zones, events }));
});
