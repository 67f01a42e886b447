//! The evidence card of a dispatch and the time lost by returns, in words.

use domain::bounce::legs;
use domain::case::Case;
use domain::evidence::{Evidence, EvidenceLine};
use kernel::{OrgId, Ts};

use crate::catalogue::area_cn;
use crate::view::{BounceLeg, BounceView, EvidenceView, FinishedView, LineView, PrecedentView, RuleOnCardView};
use crate::world::World;

/// `1天3小时`, `3小时20分`, `15分钟`.
pub fn span_ms_cn(ms: i64) -> String {
    let minutes = ms / 60_000;
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) if rest == 0 => "不足1分钟".to_owned(),
        (0, 0) => format!("{rest}分钟"),
        (0, h) if rest == 0 => format!("{h}小时"),
        (0, h) => format!("{h}小时{rest}分"),
        (d, 0) => format!("{d}天"),
        (d, h) => format!("{d}天{h}小时"),
    }
}

/// The card, for whoever may read internal texts.
pub fn evidence_view(e: &Evidence, lead: OrgId, world: &World) -> EvidenceView {
    let rule = e.rule.as_ref().map(|r| RuleOnCardView {
        id: r.id,
        category_path: world.category_path(&r.category),
        region_cn: area_cn(&r.region, world),
        lead: world.org(r.lead),
        legal_basis: r.legal_basis.clone(),
        valid_from: r.valid_from,
        valid_to: r.valid_to,
    });
    let (support_n, support_of) = e.support(lead);
    EvidenceView {
        at: e.at,
        rule,
        follows: e.follows,
        basis: e.basis.clone(),
        region_cn: world.regions.path_cn(&e.region),
        county: e.county.map(|id| world.org(id)),
        precedents: e
            .precedents
            .iter()
            .map(|p| PrecedentView {
                id: p.order,
                case_no: p.case_no.clone(),
                org: world.org(p.org),
                closed_at: p.closed_at,
                on_time: p.on_time,
            })
            .collect(),
        finished: e
            .finished
            .iter()
            .map(|f| FinishedView { org: world.org(f.org), n: f.n, on_time: f.on_time })
            .collect(),
        support_n,
        support_of,
        lines: EvidenceLine::ALL.iter().filter(|l| e.has(**l)).map(|l| line(*l, e, lead, world)).collect(),
    }
}

fn line(line: EvidenceLine, e: &Evidence, lead: OrgId, world: &World) -> LineView {
    let text = match line {
        EvidenceLine::Rule => e.rule.as_ref().map_or_else(String::new, |r| {
            let who = world.directory.org_name(r.lead);
            format!("“{}”（{}）由{who}主办", world.category_path(&r.category), area_cn(&r.region, world))
        }),
        EvidenceLine::Basis => e.basis.clone(),
        EvidenceLine::Area => {
            let county = e.county.map(|id| format!("，属{}管辖", world.directory.org_name(id)));
            format!("{}{}", world.regions.path_cn(&e.region), county.unwrap_or_default())
        }
        EvidenceLine::Precedent => {
            let (n, of) = e.support(lead);
            format!("近一年同类办结{of}件，其中{}办结{n}件", world.directory.org_name(lead))
        }
        EvidenceLine::Matter => "登记的事发地点、时间、诉求内容".to_owned(),
    };
    LineView { code: line, cn: line.cn().to_owned(), text }
}

/// 退回流转耗时; `None` when the order was never returned.
pub fn bounce_view(case: &Case, world: &World, now: Ts) -> Option<BounceView> {
    let legs: Vec<BounceLeg> = legs(case, now)
        .into_iter()
        .map(|l| BounceLeg {
            org: world.org(l.org),
            sent_at: l.sent_at,
            returned_at: l.returned_at,
            again_at: l.again_at,
            lost_ms: l.lost_ms,
            lost_cn: span_ms_cn(l.lost_ms),
        })
        .collect();
    let total_ms = legs.iter().map(|l| l.lost_ms).sum();
    (!legs.is_empty()).then(|| BounceView { total_ms, total_cn: span_ms_cn(total_ms), legs })
}

#[cfg(test)]
mod tests {
    use super::span_ms_cn;

    #[test]
    fn lost_time_is_told_in_two_units_at_most() {
        let tell = |minutes: i64| span_ms_cn(minutes * 60_000);
        assert_eq!(tell(0), "不足1分钟");
        assert_eq!(tell(15), "15分钟");
        assert_eq!(tell(200), "3小时20分");
        assert_eq!(tell(180), "3小时");
        assert_eq!(tell(27 * 60), "1天3小时");
        assert_eq!(tell(48 * 60), "2天");
    }
}
