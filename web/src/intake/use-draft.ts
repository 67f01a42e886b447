import { useEffect, useRef, useState } from "react";
import type { FormInstance } from "antd";
import { newKey } from "@/api/client";
import { serverNow } from "@/ui/time";
import { draftBox, type DraftState } from "./draft-box";
import { fillForm } from "./fill";
import { blank, isWorthKeeping, type IntakeValues, type Parked } from "./model";

const KEY = "intake";
const PARKED = "intake.parked";

interface ParkedBody {
  items: Parked[];
}

export interface BoundCall {
  phone: string | null;
  call_id: string | null;
}

/** Something was written that is not of this call. The number alone came from a call and is no loss. */
export function belongsElsewhere(v: Partial<IntakeValues>, call: BoundCall): boolean {
  if (!isWorthKeeping({ ...v, phone: "" })) return false;
  if (call.call_id !== null) return v.call_id !== call.call_id;
  return call.phone !== null && v.phone !== call.phone;
}

/** The draft of the matter at hand, and those put aside. */
export function useIntakeDraft(user: string, form: FormInstance<IntakeValues>, call: BoundCall, onAside: () => void) {
  const [state, setState] = useState<DraftState>("clean");
  const [restored, setRestored] = useState<number | null>(null);
  const [parked, setParked] = useState<Parked[]>([]);
  const [loaded, setLoaded] = useState(false);
  const { phone, call_id } = call;

  useEffect(() => draftBox.watch((key, next) => key === KEY && setState(next)), []);
  useEffect(() => {
    let open = true;
    void Promise.all([draftBox.load<IntakeValues>(user, KEY), draftBox.load<ParkedBody>(user, PARKED)]).then(([draft, aside]) => {
      if (!open) return;
      setParked(aside?.body.items ?? []);
      const kept = draft && isWorthKeeping(draft.body) ? draft : null;
      // A new call, or somebody who types faster than the server answers: the old draft is put aside rather than lost.
      const typing = isWorthKeeping({ ...form.getFieldsValue(), phone: "" });
      if (kept && (typing || belongsElsewhere(kept.body, call))) park(kept.body, aside?.body.items ?? []);
      else if (kept && (!call.phone || isWorthKeeping({ ...kept.body, phone: "" }))) {
        form.setFieldsValue({ ...blank(), ...kept.body });
        setRestored(kept.updated_at);
      }
      if (phone ?? call_id) form.setFieldsValue({ ...(phone && { phone }), call_id });
      setLoaded(true);
    });
    return () => {
      open = false;
    };
  }, [user]);

  // A call comes while the form is open: what stands in it is put aside, and the form is the new call's.
  const bound = useRef<BoundCall>(call);
  useEffect(() => {
    if (bound.current.phone === phone && bound.current.call_id === call_id) return;
    bound.current = { phone, call_id };
    if (phone === null && call_id === null) return;
    const current: IntakeValues = { ...blank(), ...form.getFieldsValue(true) };
    if (current.call_id !== null && current.call_id === call_id) return;
    if (belongsElsewhere(current, { phone, call_id })) {
      park(current, parked);
      onAside();
    }
    setRestored(null);
    void draftBox.clear(user, KEY);
    fillForm(form, blank({ phone, call_id }));
  }, [phone, call_id]);

  const keepParked = (items: Parked[]) => {
    setParked(items);
    if (items.length === 0) void draftBox.clear(user, PARKED);
    else draftBox.save<ParkedBody>(user, PARKED, { items });
    void draftBox.flush();
  };
  const park = (values: IntakeValues, others: Parked[]) => keepParked([{ id: newKey(), at: serverNow(), values }, ...others]);

  return {
    state,
    /** What was kept from before is in the form or put aside. */
    loaded,
    restored,
    parked,
    save: (values: IntakeValues) => isWorthKeeping(values) && draftBox.save(user, KEY, values),
    clear: () => {
      setRestored(null);
      return draftBox.clear(user, KEY);
    },
    /** 暂存: puts the matter aside and frees the form. */
    park: (values: IntakeValues) => park(values, parked),
    /** Takes a matter back; what stands in the form now is put aside instead. */
    takeBack: (id: string, current: IntakeValues) => {
      const item = parked.find((p) => p.id === id);
      if (!item) return null;
      const rest = parked.filter((p) => p.id !== id);
      if (isWorthKeeping(current)) park(current, rest);
      else keepParked(rest);
      return item.values;
    },
    drop: (id: string) => keepParked(parked.filter((p) => p.id !== id)),
  };
}
