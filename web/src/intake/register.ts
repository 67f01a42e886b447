// Registering is one or two steps: the order itself, then what becomes of it at once.
import { intake, orders } from "@/api/calls";
import { newKey, OnceKey } from "@/api/client";
import type { Command, OrderView, RegisterForm, Registered } from "@/api/types";

export interface Outcome {
  registered: Registered;
  /** The order after the second step. */
  order?: OrderView;
  /** The second step failed: the order exists, but is still 已登记. */
  error?: unknown;
}

type Register = (form: RegisterForm, key: string) => Promise<Registered>;

/** Registers, then sends `next`. A failed second step never hides that the order exists. */
export async function registerThen(form: RegisterForm, once: OnceKey, next: Command | null, register: Register = intake.register): Promise<Outcome> {
  const registered = await register(form, once.for(form));
  once.done();
  if (!next) return { registered };
  try {
    return { registered, order: await orders.command(registered.id, registered.version, next, newKey()) };
  } catch (error) {
    return { registered, error };
  }
}
