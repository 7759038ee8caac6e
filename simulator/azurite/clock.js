"use strict";
// Loaded into Azurite before anything else (`node --require`): gives it a clock that the parent process sets.
//
// Each line of standard input is an order: {"now": <ms>, "rate": <clock per real time>}, {"advance": <ms>}, or
// {"next": true}. Each is answered by a line {"clock": <ms>, "next": <ms or null>}, where `next`, if asked for, is when
// the next hidden message becomes visible. When standard input ends, so does the process: no orphans.

const path = require("node:path");
const readline = require("node:readline");

const RealDate = Date;
let real = RealDate.now();
let shown = real;
let rate = 1;

const now = () => Math.round(shown + (RealDate.now() - real) * rate);

const ShownDate = new Proxy(RealDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now()], made),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
RealDate.prototype.constructor = ShownDate;
globalThis.Date = ShownDate;

// Node dates its answers by the Date that it took before this was loaded.
const { ServerResponse } = require("node:http");
const writeHead = ServerResponse.prototype.writeHead;
ServerResponse.prototype.writeHead = function writeHeadWithDate(...given) {
  if (!this.hasHeader("Date")) this.setHeader("Date", new RealDate(now()).toUTCString());
  return writeHead.apply(this, given);
};

const ofAzurite = (...parts) => require(path.join(path.dirname(process.argv[1]), ...parts));

// A row's ETag is the time of its last write, to 100 ns, and Azure's never come twice. Azurite takes the last four
// digits from a timer, which repeat while the clock stands still: here they count on instead.
const times = ofAzurite("common", "utils", "utils.js");
const roundTime = times.truncatedISO8061Date;
let last = 0n;
times.truncatedISO8061Date = (date, withMilliseconds, precise) => {
  if (!precise) return roundTime(date, withMilliseconds);
  const ticks = BigInt(date.getTime()) * 10_000n;
  last = ticks > last ? ticks : last + 1n;
  const digits = String(last % 10_000n).padStart(4, "0");
  return new RealDate(Number(last / 10_000n)).toISOString().replace("Z", `${digits}Z`);
};

// No request tells when a hidden message will be seen again; Azurite's own store does.
const store = ofAzurite("queue", "persistence", "LokiQueueMetadataStore.js").default;
const init = store.prototype.init;
let messages = () => [];
store.prototype.init = async function initAndShow(...given) {
  await init.apply(this, given);
  messages = () => this.db.getCollection(this.MESSAGES_COLLECTION).data;
};

function nextVisible() {
  const hidden = messages()
    .map((message) => message.timeNextVisible)
    .filter((time) => time > now());
  return hidden.length ? hidden.reduce((first, time) => Math.min(first, time)) : null;
}

function obey(order) {
  const next = order.now ?? now() + (order.advance ?? 0);
  real = RealDate.now();
  shown = next;
  rate = order.rate ?? rate;
  process.stdout.write(JSON.stringify({ clock: now(), next: order.next ? nextVisible() : null }) + "\n");
}

const orders = readline.createInterface({ input: process.stdin });
orders.on("line", (line) => obey(JSON.parse(line)));
orders.on("close", () => process.exit(0));
