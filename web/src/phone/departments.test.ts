import { expect, test } from "vitest";
import type { OrgLine } from "@/api/types";
import { departmentsFor } from "./departments";

const org = (name: string, short: string, phone: string | null, active = true): OrgLine => ({
  id: name,
  code: "YX",
  name,
  short,
  parent: null,
  level: "city",
  kind: "department",
  group: "",
  region: "990100000000",
  phone,
  active,
});

const orgs = [org("云溪市供水集团", "市供水", "01012345678"), org("云溪市水务局", "水务", "01087654321"), org("云溪市水利站", "水利站", null), org("原水务处", "水务处", "01011112222", false)];

test("only organisations in being that can be called are offered", () => {
  expect(departmentsFor(orgs, "").map((d) => d.name)).toEqual(["云溪市供水集团", "云溪市水务局"]);
});

test("who begins with what was typed comes first; a number finds its owner", () => {
  expect(departmentsFor(orgs, "水").map((d) => d.name)).toEqual(["云溪市水务局", "云溪市供水集团"]);
  expect(departmentsFor(orgs, " 5678 ").map((d) => d.number)).toEqual(["01012345678"]);
  expect(departmentsFor(orgs, "消防")).toEqual([]);
});
