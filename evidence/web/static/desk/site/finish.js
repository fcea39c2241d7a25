// What must be so before a visit is sent; the first thing that is not is said in words.
const HAZARDS = "隐患";
const ONE = 1;

function rowsOf(visit, table) {
  const rows = new Set();
  for (const [name, values] of Object.entries(visit.typed)) {
    const [list, row] = name.split("|");
    if (list === table && values.some((value) => value.trim())) rows.add(row);
  }
  return [...rows].sort((one, other) => one - other);
}

// Rows of hazards whose grade must not go without a photograph.
export function withoutPhotograph(visit, grades) {
  return rowsOf(visit, HAZARDS).filter((row) => {
    const [grade] = visit.typed[`${HAZARDS}|${row}|等级`] ?? ["一般"];
    return grades.includes(grade) && !(visit.photographs[`${HAZARDS}|${row}|照片`] ?? []).length;
  });
}

export function leftBeforeArrival(visit) {
  const [arrived] = visit.typed["head|到达时间"] ?? [];
  const [left] = visit.typed["head|离开时间"] ?? [];
  return Boolean(arrived && left && left < arrived);
}

// Why it cannot be sent yet: [phrase, number of the row or nothing].
export function obstacle(visit, bundle) {
  if (!visit.typed["head|到达时间"]?.length) return ["请先点“到达”。"];
  if (leftBeforeArrival(visit)) return ["离开时间早于到达时间。"];
  if (visit.plan.outside && !visit.plan.enterprise.name) return ["请先写企业名称或统一社会信用代码。"];
  if (visit.plan.outside && !(visit.typed["head|计划外说明"] ?? []).join("").trim()) {
    return ["计划外的检查须在“计划外说明”写明原因。"];
  }
  const [bare] = withoutPhotograph(visit, bundle.photograph_required ?? []);
  return bare === undefined ? null : ["这一等级的隐患须拍照：", Number(bare) + ONE];
}

// The enterprise's code as typed or scanned from its licence: something else than the plan's is said at once.
export function otherEnterprise(text, enterprise) {
  const codes = text.toUpperCase().match(/[0-9A-HJ-NPQRTUWXY]{18}/g) ?? [];
  return Boolean(enterprise.credit_code && codes.length && !codes.includes(enterprise.credit_code));
}
