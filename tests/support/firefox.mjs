// A person with Firefox in a reception: signs in, goes in, and says what is seen, as JSON lines.
//
// Settings as one JSON argument: origin, login, password, reception, script (marks.js), mark, code (whom to see),
// picture (where a screenshot goes).
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const settings = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

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

const page = await browser.newPage();
try {
  page.on("pageerror", (error) => say({ complaint: String(error) }));
  await page.setViewport({ width: 1366, height: 768 });
  await page.evaluateOnNewDocument(`window.diemcauMark = ${JSON.stringify(settings.mark)};`);
  await page.evaluateOnNewDocument(readFileSync(settings.script, "utf8"));
  await page.goto(`${settings.origin}/sign-in`);
  await page.type("[name=login]", settings.login);
  await page.type("[name=password]", settings.password);
  await Promise.all([page.waitForNavigation(), page.click("main form button")]);
  await page.goto(`${settings.origin}/receptions/${settings.reception}/room`);
  await page.waitForSelector("[data-testid=device-camera][data-state=ready]", { timeout: 30_000 });
  await page.click("[data-testid=join-button]");
  await page.waitForSelector("[data-testid=room]", { timeout: 30_000 });
  say({ entered: true });
  const read = `marks.videos().map((v) => marks.readMark(v)).find((m) => m?.code === ${settings.code})`;
  await page.waitForFunction(`window.firstSeen ??= ${read}`, { timeout: 40_000, polling: 200 });
  await page.waitForFunction(`${read}?.frame > window.firstSeen.frame + 10`, { timeout: 40_000, polling: 200 });
  say({ seen: await page.evaluate(read) });
  await page.screenshot({ path: settings.picture });
  await new Promise((resolve) => process.stdin.once("end", resolve).resume());
} catch (error) {
  await page.screenshot({ path: settings.picture });
  say({ failed: `${error} at ${page.url()}` });
  process.exitCode = 1;
} finally {
  await browser.close();
}
