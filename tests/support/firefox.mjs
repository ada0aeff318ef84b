// A person with Firefox in a reception: signs in, goes in, speaks when given the floor, and says as JSON lines what
// is seen. Camera and microphone are Firefox's own fake ones.
//
// Settings as one JSON argument: origin, login, password, reception, script (marks.js), code (whom to see),
// picture (where a screenshot goes).
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const WITHIN = { timeout: 40_000, polling: 200 };
const settings = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const by = (test, more = "") => `[data-testid=${test}]${more}`;

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
  acceptInsecureCerts: true,
  extraPrefsFirefox: {
    "media.navigator.streams.fake": true,
    "media.navigator.permission.disabled": true,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": false,
    "app.update.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "http://127.0.0.1:9/",
  },
});

async function enter(page) {
  await page.goto(`${settings.origin}/sign-in`);
  await page.type("[name=login]", settings.login);
  await page.type("[name=password]", settings.password);
  await Promise.all([page.waitForNavigation(), page.click("main form button")]);
  if (page.url().includes("/sign-in/place"))
    await Promise.all([page.waitForNavigation(), page.click("[name=keep][value=here]")]);
  await page.goto(`${settings.origin}/receptions/${settings.reception}/room`);
  for (const device of ["device-camera", "device-microphone"])
    await page.waitForSelector(by(device, "[data-state=ready]"), WITHIN);
  await page.click(by("join-button"));
  await page.waitForSelector(by("room"), WITHIN);
  say({ entered: true });
}

async function see(page) {
  const read = `marks.videos().map((v) => marks.readMark(v)).find((m) => m?.code === ${settings.code})`;
  await page.waitForFunction(`window.firstSeen ??= ${read}`, WITHIN);
  await page.waitForFunction(`${read}?.frame > window.firstSeen.frame + 10`, WITHIN);
  say({ seen: await page.evaluate(read) });
}

async function speak(page) {
  // Before the start an agency may speak without the floor; the start shuts every microphone but the chair's.
  await page.waitForSelector("[data-mine=true][data-floor=true]", WITHIN);
  await page.waitForSelector(by("mic-button", "[data-state=closed]"), WITHIN);
  await page.click(by("mic-button"));
  await page.waitForSelector(by("mic-button", "[data-state=open]"), WITHIN);
  await page.screenshot({ path: settings.picture });
  say({ speaks: true });
}

async function end(page) {
  const over = await page.waitForSelector(by("over"), WITHIN);
  say({ over: await over.evaluate((view) => view.dataset.how) });
}

const page = await browser.newPage();
const complaints = [];
try {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  await page.setViewport({ width: 1366, height: 768 });
  await page.evaluateOnNewDocument("window.diemcauMark = { ownDevices: true };");
  await page.evaluateOnNewDocument(readFileSync(settings.script, "utf8"));
  for (const step of [enter, see, speak, end]) await step(page);
  say({ complaints });
} catch (error) {
  await page.screenshot({ path: settings.picture });
  say({ failed: `${error} at ${page.url()}; ${complaints.join("; ")}` });
  process.exitCode = 1;
} finally {
  await browser.close();
}
