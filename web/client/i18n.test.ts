import { afterEach, describe, expect, it } from "vitest";
import { refusalText, setCatalogue, t } from "./i18n";

afterEach(() => {
  setCatalogue({ messages: {}, refusals: {} });
  document.documentElement.lang = "";
});

describe("words", () => {
  it("are the English sentence where the catalogue has none", () => {
    setCatalogue({ messages: { "Raise hand": "" }, refusals: {} });
    expect(t("Raise hand")).toBe("Raise hand");
    expect(t("Leave")).toBe("Leave");
  });

  it("are the catalogue's, with their places filled", () => {
    const messages = { "Reconnecting… ({seconds} s)": "Đang kết nối lại… ({seconds} giây)" };
    setCatalogue({ messages, refusals: {} });
    expect(t("Reconnecting… ({seconds} s)", { seconds: 7 })).toBe("Đang kết nối lại… (7 giây)");
  });

  it("write numbers as the page's language does", () => {
    document.documentElement.lang = "vi";
    const free = "The disk is filling up: {free} GB are free";
    setCatalogue({ messages: { [free]: "Ổ đĩa sắp đầy: còn {free} GB" }, refusals: {} });
    expect(t(free, { free: 1.5 })).toBe("Ổ đĩa sắp đầy: còn 1,5 GB");
  });

  it("keep a place nobody filled visible, and never fill twice", () => {
    expect(t("{a} and {b}", { a: "{b}" })).toBe("{b} and {b}");
  });
});

describe("refusals", () => {
  it("say what happened, what was kept, what to do, and leave out what is empty", () => {
    const words = { happened: "{field} is missing.", kept: "", next: "Fill it in." };
    setCatalogue({ messages: {}, refusals: { invalid_field: words } });
    expect(refusalText("invalid_field", { field: "Name" })).toBe("Name is missing. Fill it in.");
  });

  it("name a code the catalogue does not know", () => {
    expect(refusalText("from_the_future")).toContain("from_the_future");
  });

  it("lets a name stand for itself among words that are read from right to left", () => {
    setCatalogue({ dir: "rtl", messages: { "{name} came": "جاء {name}" }, refusals: {} });
    expect(t("{name} came", { name: "An (2)" })).toBe("جاء \u2068An (2)\u2069");
  });
});
