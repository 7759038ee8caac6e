"use strict";
// Loaded into Azurite before anything else (`node --require`): gives it a clock that the parent process sets.
// Each line of standard input is one order, {"now": <ms>, "rate": <clock per real time>} or {"advance": <ms>};
// each is answered by a line {"clock": <ms>}. When standard input ends, so does the process: no orphans.

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

function obey(order) {
  const next = order.now ?? now() + (order.advance ?? 0);
  real = RealDate.now();
  shown = next;
  rate = order.rate ?? rate;
  process.stdout.write(JSON.stringify({ clock: now() }) + "\n");
}

const orders = require("node:readline").createInterface({ input: process.stdin });
orders.on("line", (line) => obey(JSON.parse(line)));
orders.on("close", () => process.exit(0));
