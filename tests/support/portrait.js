// A calm picture in place of the camera, for screenshots that people look at: somebody at a desk before a wall. Loaded
// after marks.js, whose sound stays. The wall's colour tells whose picture it is: portraits.wall(video) reads it back.
//
// Settings as in marks.js; `code` chooses the room and the clothes.
"use strict";

(() => {
  const ROOMS = {
    1: { wall: "rgb(72 100 92)", floor: "rgb(50 72 66)", cloth: "rgb(236 236 230)", hair: "rgb(38 30 28)" },
    2: { wall: "rgb(84 100 136)", floor: "rgb(58 72 104)", cloth: "rgb(44 58 92)", hair: "rgb(52 46 44)" },
    3: { wall: "rgb(156 126 92)", floor: "rgb(116 90 64)", cloth: "rgb(126 56 52)", hair: "rgb(92 88 86)" },
    4: { wall: "rgb(138 84 104)", floor: "rgb(102 62 78)", cloth: "rgb(66 92 70)", hair: "rgb(58 50 46)" },
    5: { wall: "rgb(150 154 142)", floor: "rgb(112 116 106)", cloth: "rgb(70 82 98)", hair: "rgb(40 34 34)" },
  };
  const SKIN = "rgb(206 160 128)";
  const settings = () => ({ code: 1, width: 640, height: 360, fps: 15, ...window.diemcauMark });

  // All lengths in hundredths of the height, from the middle of the lower edge.
  function scene(canvas, seconds) {
    const { code } = settings();
    const room = ROOMS[code] ?? ROOMS[1];
    const paper = canvas.getContext("2d", { alpha: false });
    const unit = canvas.height / 100;
    paper.setTransform(unit, 0, 0, unit, canvas.width / 2, canvas.height);
    backdrop(paper, room);
    // Breath and a slow sway: a still picture would look like a broken line.
    person(paper, room, 1.2 * Math.sin(seconds / 2 + code), 0.4 * Math.sin(seconds * 1.7));
    paper.fillStyle = "rgb(74 56 44)";
    paper.fillRect(-100, -9, 200, 9);
  }

  function backdrop(paper, room) {
    paper.fillStyle = room.wall;
    paper.fillRect(-100, -100, 200, 100);
    paper.fillStyle = room.floor;
    paper.fillRect(-100, -34, 200, 34);
    paper.fillStyle = "rgb(214 224 226)";
    paper.fillRect(44, -84, 30, 40);
    paper.fillStyle = room.wall;
    paper.fillRect(58, -84, 2, 40);
    paper.fillStyle = "rgb(92 70 54)";
    paper.fillRect(-80, -62, 34, 2.4);
    ["rgb(150 62 54)", "rgb(206 178 96)", "rgb(70 96 120)", "rgb(206 206 196)"].forEach((book, at) => {
      paper.fillStyle = book;
      paper.fillRect(-77 + 6 * at, -76 + 2 * (at % 2), 4.6, 14 - 2 * (at % 2));
    });
  }

  function person(paper, room, sway, breath) {
    const ellipse = (colour, x, y, wide, high, from = 0, to = 2 * Math.PI) => {
      paper.fillStyle = colour;
      paper.beginPath();
      paper.ellipse(x + sway, y, wide, high, 0, from, to);
      paper.fill();
    };
    ellipse(room.cloth, 0, breath, 33, 38, Math.PI, 0);
    paper.fillStyle = SKIN;
    paper.fillRect(sway - 5, -46, 10, 12);
    ellipse(SKIN, 0, -34, 7, 5);
    ellipse(room.hair, 0, -60, 14.5, 17);
    ellipse(SKIN, 0, -56, 12, 14.5);
    ellipse(room.hair, 0, -63, 13, 9, Math.PI, 0);
  }

  function pictureTrack() {
    const { width, height, fps } = settings();
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const track = canvas.captureStream(0).getVideoTracks()[0];
    setInterval(() => {
      scene(canvas, performance.now() / 1000);
      track.requestFrame();
    }, 1000 / fps);
    return track;
  }

  const devices = navigator.mediaDevices;
  const marked = devices?.getUserMedia;
  let picture = null;
  if (devices)
    devices.getUserMedia = async (wanted = {}) => {
      const sound = wanted.audio ? await marked({ audio: true }) : new MediaStream();
      if (wanted.video) sound.addTrack((picture ??= pictureTrack()).clone());
      return sound;
    };

  // Whose wall is in the upper left corner of what a <video> shows: a code; null when nobody's.
  function wall(video) {
    if (!video.videoWidth) return null;
    const glass = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
    const paper = glass.getContext("2d", { willReadFrequently: true });
    paper.drawImage(video, 0, 0, 32, 18);
    const seen = paper.getImageData(2, 2, 1, 1).data;
    const far = ([, room]) =>
      Math.hypot(...room.wall.match(/\d+/g).map((part, at) => part - seen[at]));
    const nearest = Object.entries(ROOMS).sort((one, other) => far(one) - far(other))[0];
    return far(nearest) < 30 ? Number(nearest[0]) : null;
  }

  window.portraits = { wall };
})();
