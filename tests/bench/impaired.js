// Added to the pages of `make impair` before their own scripts: media goes through the relay whose port is in
// window.diemcauRelay, and what a page captured, decoded and had to invent is counted.
"use strict";

(() => {
  const RTP_CANDIDATE = /^a=candidate:(\S+) (\d) (\S+) (\d+) (\S+) (\d+) /;

  function throughRelay(sdp) {
    const port = window.diemcauRelay;
    return sdp
      .split("\r\n")
      .flatMap((line) => {
        const found = RTP_CANDIDATE.exec(line);
        if (!found) return [line];
        if (found[3].toLowerCase() !== "udp") return [];
        return [line.replace(` ${found[5]} ${found[6]} `, ` 127.0.0.1 ${port} `)];
      })
      .join("\r\n");
  }

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    setRemoteDescription(description) {
      return super.setRemoteDescription({
        type: description.type,
        sdp: throughRelay(description.sdp),
      });
    }
  };

  async function reports() {
    const found = [];
    for (const peer of window.diemcauPeers)
      if (peer.connectionState !== "closed") found.push(...(await peer.getStats()).values());
    return found;
  }

  const sum = (found, field) => found.reduce((total, one) => total + (one[field] ?? 0), 0);

  async function totals() {
    const found = await reports();
    const of = (type, kind) => found.filter((one) => one.type === type && one.kind === kind);
    const [sound, got, sent] = [
      of("inbound-rtp", "audio"),
      of("inbound-rtp", "video"),
      of("outbound-rtp", "video"),
    ];
    return {
      captured: sum(of("media-source", "video"), "frames"),
      encoded: sum(sent, "framesEncoded"),
      keys: sum(sent, "keyFramesEncoded"),
      decoded: sum(got, "framesDecoded"),
      dropped: sum(got, "framesDropped"),
      pli: sum(got, "pliCount"),
      lost: sum(got, "packetsLost"),
      asked: sum(got, "nackCount"),
      samples: sum(sound, "totalSamplesReceived"),
      concealed: sum(sound, "concealedSamples"),
    };
  }

  async function height() {
    const found = await reports();
    const sent = found.filter((one) => one.type === "outbound-rtp" && one.kind === "video");
    return Math.max(0, ...sent.map((one) => one.frameHeight ?? 0));
  }

  const STALL_MS = 250;

  let before = null;
  let times = [];
  let began = 0;

  function watch(code) {
    const video = marks.videos().find((one) => marks.readMark(one)?.code === code);
    if (!video) throw new Error(`no picture of ${code}`);
    const seen = () => {
      times.push(performance.now());
      video.requestVideoFrameCallback(seen);
    };
    video.requestVideoFrameCallback(seen);
  }

  window.impaired = {
    watch,
    async begin() {
      before = await totals();
      began = performance.now();
      times = [];
    },
    async end() {
      const after = await totals();
      const moments = [began, ...times, performance.now()];
      const gaps = moments
        .slice(1)
        .map((at, place) => [moments[place] - began, at - moments[place]]);
      const grown = Object.fromEntries(
        Object.entries(after).map(([name, value]) => [name, value - before[name]]),
      );
      return {
        ...grown,
        height: await height(),
        gap_ms: Math.max(...gaps.map(([, lasted]) => lasted)),
        stalls: gaps.filter(([, lasted]) => lasted >= STALL_MS),
      };
    },
    async settled(full, withinMs) {
      const until = performance.now() + withinMs;
      while (performance.now() < until && (await height()) < full)
        await new Promise((resolve) => setTimeout(resolve, 500));
    },
    nextFrame: () =>
      new Promise((resolve) => {
        const asked = performance.now();
        const known = times.length;
        const look = () =>
          times.length > known ? resolve(times[known] - asked) : setTimeout(look, 5);
        look();
      }),
  };
})();
