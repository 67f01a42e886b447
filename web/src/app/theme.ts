import type { ThemeConfig } from "antd";

/** Dense and calm: one accent colour, 13 px text, controls 28 px high. The same values as in base.css. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: "#1b559c",
    colorInfo: "#1b559c",
    colorLink: "#1b559c",
    colorSuccess: "#1a7f37",
    colorWarning: "#c98300",
    colorError: "#c1201c",
    colorTextBase: "#1d2733",
    colorTextPlaceholder: "#8a95a1",
    colorBorder: "#c6ced7",
    colorBorderSecondary: "#e3e8ed",
    colorBgLayout: "#eef1f4",
    fontSize: 13,
    borderRadius: 3,
    controlHeight: 28,
    controlHeightSM: 24,
    controlHeightLG: 36,
    motion: false,
    fontFamily:
      '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "HarmonyOS Sans SC", "WenQuanYi Micro Hei", sans-serif',
  },
  components: {
    Form: { itemMarginBottom: 12, verticalLabelPadding: "0 0 2px", labelHeight: 28 },
    Tabs: { horizontalItemPadding: "7px 0", horizontalItemGutter: 20, horizontalMargin: "0 0 8px 0" },
    Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
    Modal: { titleFontSize: 15 },
    Drawer: { paddingLG: 16 },
    Radio: { wrapperMarginInlineEnd: 12 },
  },
  hashed: false,
};
