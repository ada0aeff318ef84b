/** Everything a person can do in the room, by name. Components call these; tests give their own. */

import type { Audience } from "./chat-state";
import type { Choice } from "./devices";
import type { Dialog, Gadget, Tab } from "./state";
import type { ShownSource, Source } from "../wire/signaling";

export interface Acts {
  readonly enter: () => void;
  /** Back to the device check after having left. */
  readonly prepare: () => void;
  /** The page anew, from the server as it is by now. */
  readonly reload: () => void;
  /** Goes on here although another device has my seat. */
  readonly takeOver: () => void;
  readonly choose: (gadget: Gadget, id: string) => void;
  readonly retry: (gadget: Gadget) => void;
  readonly switchOff: (gadget: Gadget) => void;
  readonly choices: (gadget: Gadget) => Promise<readonly Choice[]>;
  readonly toggleMicrophone: () => void;
  readonly toggleCamera: () => void;
  readonly toggleScreen: () => void;
  readonly toggleHand: () => void;
  readonly toggleLayout: () => void;
  readonly turnPage: (page: number) => void;
  readonly toggleFullScreen: () => void;
  readonly togglePanel: () => void;
  readonly showTab: (tab: Tab) => void;
  readonly toggleChat: () => void;
  readonly draft: (text: string) => void;
  readonly writeTo: (audience: Audience) => void;
  /** What is typed; it stays when it was refused. */
  readonly send: () => void;
  readonly answerInvitation: (speak: boolean) => void;
  readonly dialog: (dialog: Dialog | null) => void;
  readonly start: (reason: string) => void;
  readonly interrupt: () => void;
  readonly resume: () => void;
  readonly close: () => void;
  readonly nextCase: () => void;
  /** The case before again. */
  readonly recallCase: () => void;
  readonly admit: (seat: string) => void;
  readonly sendBack: (seat: string) => void;
  readonly dismiss: (seat: string, reason: string) => void;
  readonly message: (seat: string, text: string) => void;
  readonly giveFloor: (participant: string) => void;
  readonly takeFloor: (participant: string) => void;
  readonly mute: (participant: string) => void;
  readonly muteAll: () => void;
  readonly takeChair: () => void;
  readonly returnChair: () => void;
  readonly answerHelp: (seat: string, accepted: boolean) => void;
  readonly endHelp: (seat: string) => void;
  readonly leave: () => void;
  readonly putTroubleAway: () => void;
  readonly soundHeldBack: (held: boolean) => void;
  /** The pictures of others that are on the screen now. */
  readonly shown: (pictures: readonly ShownSource[]) => void;
  readonly stream: (participant: string, source: Source) => MediaStream | null;
  /** My own microphone while I look at its level, null when there is none. */
  readonly microphone: () => MediaStreamTrack | null;
  readonly sounds: () => [string, MediaStream][];
}
