// Shapes of the administration, from the interface document. Moments are milliseconds UTC.
import type { components } from "@/api/schema";

type S = components["schemas"];

export type OrgView = S["OrgView"];
export type OrgForm = S["OrgForm"];
export type UserAppointment = S["UserAppointment"];
export type UserView = S["UserView"];
export type UserForm = S["UserForm"];
export type AppointmentForm = S["AppointmentForm"];
export type RoleView = S["RoleView"];
export type GrantView = S["GrantView"];
export type DictLine = S["DictLine"];
export type DictItemView = S["DictItemView"];
export type DictItemForm = S["DictItemForm"];
export type CategoryView = S["CategoryView"];
export type CategoryForm = S["CategoryForm"];
export type DayKind = S["DayKind"];
export type DayView = S["DayView"];
export type DayChange = S["DayChange"];
export type CalendarEffect = S["CalendarEffect"];
export type ParamKind = S["ParamKind"];
export type ParamView = S["ParamView"];
export type ParamVersion = S["ParamVersion"];
export type ParamEffect = S["ParamEffect"];
export type AuditLine = S["AuditLine"];
export type VerifyReport = S["VerifyReport"];
export type KeyLine = S["KeyLine"];
export type KeyForm = S["KeyForm"];
export type HookLine = S["HookLine"];
export type GatewaySettings = S["GatewaySettings"];
export type GatewayView = S["GatewayView"];
export type TemplateLine = S["TemplateLine"];
export type HookForm = S["HookForm"];
export type ExchangeView = S["ExchangeView"];
export type RefusedLine = S["RefusedLine"];
export type JobLine = S["JobLine"];
export type ImportLine = S["ImportLine"];
