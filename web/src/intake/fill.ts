import type { FormInstance } from "antd";
import type { IntakeValues } from "./model";

/**
 * Gives the form to another matter: all values at once, no error left over. Not by `resetFields`: that mounts the fields anew, and who
 * watches a value (history, duplicates, proposals) would keep what the matter before had.
 */
export function fillForm(form: FormInstance<IntakeValues>, values: IntakeValues): void {
  form.setFields((Object.entries(values) as [keyof IntakeValues, unknown][]).map(([name, value]) => ({ name, value, errors: [], touched: false })));
}
