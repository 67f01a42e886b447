// Why the microphone cannot be had, in words that help.

export type MicFault = "insecure" | "denied" | "missing" | "busy" | "other";

interface Advice {
  title: string;
  help: string;
}

export const MIC_FAULT: Record<MicFault, Advice> = {
  insecure: {
    title: "当前地址不能使用麦克风",
    help: "浏览器只允许加密网址（以 https:// 开头）使用麦克风。请改用 https 地址打开本系统；如没有该地址，请联系系统管理员配置证书。",
  },
  denied: {
    title: "麦克风未获允许",
    help: "请点击地址栏左侧的图标，在“麦克风”一项选择“允许”，然后重试。如没有该选项，可能被单位策略禁用，请联系系统管理员。",
  },
  missing: {
    title: "没有找到麦克风",
    help: "请检查耳机是否插好、是否被系统识别，插好后重试。",
  },
  busy: {
    title: "麦克风被占用",
    help: "耳机可能正被其他程序独占。请关闭占用麦克风的程序（会议、录音等）后重试。",
  },
  other: {
    title: "麦克风启动失败",
    help: "请重新插拔耳机后重试；如反复出现，请更换耳机或联系系统管理员。",
  },
};

/** The names of `getUserMedia`'s errors (W3C Media Capture), sorted by what helps. */
export function micFault(error: unknown): MicFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "denied";
  if (name === "SecurityError") return "insecure";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "other";
}
