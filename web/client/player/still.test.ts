import { describe, expect, it } from "vitest";
import { stillName } from "./still";

const CAPTION = {
  reception: "Khiếu nại: đất/nhà",
  name: "Nguyễn Văn A",
  point: "Điểm cầu xã",
  moment: "22/11/2026 14:05:09",
  place: "00:12:41",
  recording: "r1",
};

describe("a still picture's file", () => {
  it("names reception, person and time, in what every file system takes", () => {
    expect(stillName(CAPTION)).toBe(
      "Khiếu nại. đất-nhà, Nguyễn Văn A, 22-11-2026 14.05.09 (00.12.41).png",
    );
  });

  it("stays short enough, and keeps the time when the title is long", () => {
    const long = stillName({ ...CAPTION, reception: "x".repeat(400) });
    expect(long.length).toBeLessThan(160);
    expect(long.endsWith("(00.12.41).png")).toBe(true);
  });
});
