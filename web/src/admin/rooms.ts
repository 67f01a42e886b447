// The parts of the administration: who may open which. 三员分立: nobody sees all of them.

export interface Room {
  path: string;
  name: string;
  group: string;
  /** Any of these opens the room. */
  needs: readonly string[];
}

export const ROOMS: readonly Room[] = [
  { path: "orgs", name: "机构", group: "组织与用户", needs: ["admin.org"] },
  { path: "users", name: "用户", group: "组织与用户", needs: ["admin.user", "admin.role", "session.unlock"] },
  { path: "roles", name: "角色与授权", group: "组织与用户", needs: ["admin.role", "audit.read", "admin.user"] },
  { path: "dictionaries", name: "数据字典", group: "业务配置", needs: ["admin.dict"] },
  { path: "categories", name: "问题分类", group: "业务配置", needs: ["admin.category"] },
  { path: "sync", name: "平台同步", group: "业务配置", needs: ["admin.category", "admin.org"] },
  { path: "catalogue", name: "派单目录", group: "业务配置", needs: ["catalogue.edit", "admin.category"] },
  { path: "calendar", name: "工作日历", group: "业务配置", needs: ["admin.calendar"] },
  { path: "paper-templates", name: "文书模板", group: "业务配置", needs: ["admin.template"] },
  { path: "params", name: "参数配置", group: "业务配置", needs: ["admin.param"] },
  { path: "skills", name: "座席技能", group: "话务", needs: ["call.manage", "admin.user"] },
  { path: "acd-queues", name: "技能队列", group: "话务", needs: ["admin.param"] },
  { path: "announcements", name: "业务公告", group: "话务", needs: ["call.manage"] },
  { path: "prompts", name: "提示音", group: "话务", needs: ["call.manage", "admin.template"] },
  { path: "sms-gateway", name: "短信网关", group: "短信邮件", needs: ["admin.param"] },
  { path: "mail-server", name: "邮件服务器", group: "短信邮件", needs: ["admin.param"] },
  { path: "channels", name: "渠道健康", group: "短信邮件", needs: ["admin.param"] },
  { path: "wechat", name: "微信公众号", group: "短信邮件", needs: ["admin.param"] },
  { path: "weibo", name: "微博", group: "短信邮件", needs: ["admin.param"] },
  { path: "mailboxes", name: "领导信箱", group: "短信邮件", needs: ["admin.param"] },
  { path: "sms-templates", name: "短信模板", group: "短信邮件", needs: ["admin.template"] },
  { path: "sms-log", name: "发送记录", group: "短信邮件", needs: ["admin.param"] },
  { path: "api-keys", name: "开放接口", group: "运行与审计", needs: ["admin.policy"] },
  { path: "partners", name: "平台对接", group: "运行与审计", needs: ["admin.policy"] },
  { path: "sign-in", name: "统一身份认证", group: "运行与审计", needs: ["admin.policy"] },
  { path: "audit", name: "审计日志", group: "运行与审计", needs: ["audit.read"] },
  { path: "exchange", name: "网闸交换", group: "运行与审计", needs: ["job.read"] },
  { path: "jobs", name: "任务与导入", group: "运行与审计", needs: ["job.read"] },
];

export function roomsOf(can: (permission: string) => boolean): Room[] {
  return ROOMS.filter((r) => r.needs.some(can));
}
