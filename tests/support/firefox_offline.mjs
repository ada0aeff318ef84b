// Somebody with Firefox opens the page of a bag from its file, chooses the bag's files one by one, and says as JSON
// lines what it found.
//
// Settings as one JSON argument: page (file: address), files, track (which must play), picture (where a screenshot goes).
import puppeteer from "puppeteer-core";

const WITHIN = { timeout: 40_000, polling: 200 };
const settings = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
  extraPrefsFirefox: {
    "media.autoplay.default": 0,
    "app.update.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "http://127.0.0.1:9/",
  },
});

const page = await browser.newPage();
const complaints = [];
try {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  await page.goto(settings.page);
  await page.click("[data-testid=choose] summary");
  const input = await page.$("[data-testid=files-input]");
  await input.uploadFile(...settings.files);
  await page.waitForSelector("[data-testid=verdict]", WITHIN);
  const word = (test) => page.$eval(`[data-testid=${test}]`, (one) => one.dataset.word);
  say({ verdict: await word("verdict"), origin: await word("origin") });
  await page.click("[data-testid=play-button]");
  const track = `document.querySelector('[data-track="${settings.track}"]')`;
  await page.waitForFunction(`${track}?.currentTime > 2 && ${track}.getVideoPlaybackQuality().totalVideoFrames > 10`, WITHIN);
  await page.screenshot({ path: settings.picture });
  say({ plays: settings.track, complaints });
} catch (error) {
  await page.screenshot({ path: settings.picture });
  say({ failed: `${error} at ${page.url()}; ${complaints.join("; ")}` });
  process.exitCode = 1;
} finally {
  await browser.close();
}
