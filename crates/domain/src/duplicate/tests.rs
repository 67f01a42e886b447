use serde_json::json;
use uuid::Uuid;

use super::*;

const NOISE: &str = "幸福小区东门外工地夜间施工噪音很大，凌晨两点还在打桩，老人孩子无法休息，希望尽快处理";
const NOISE_AGAIN: &str = "幸福小区东门工地夜间施工噪音很大，凌晨两点还在打桩，老人孩子无法休息，请尽快处理！";
const WATER: &str = "阳光花园三号楼从昨天下午开始停水，物业电话打不通，什么时候恢复供水";

fn facts(text: &str) -> Facts {
    Facts { text: text.into(), ..Facts::default() }
}

fn codes(scored: &Scored) -> Vec<(&str, u32)> {
    scored.reasons.iter().map(|r| (r.code.as_str(), r.points)).collect()
}

fn params() -> Params {
    Params::defaults()
}

#[test]
fn each_thing_in_common_has_its_points() {
    let org = Some(OrgId(Uuid::from_u128(1)));
    let a = Facts {
        id_no: Some("11010119900307123x".into()),
        phones: vec!["13812345678".into()],
        name: Some("张 明".into()),
        home: Some("幸福路 12号".into()),
        accused_org: org,
        respondent: None,
        category: "050301".into(),
        address: Some("环翠区幸福小区3号楼".into()),
        at: None,
        text: NOISE.into(),
    };
    let alone =
        |f: Facts| codes(&score(&a, &f, &params())).into_iter().map(|(c, p)| (c.to_owned(), p)).collect::<Vec<_>>();
    let none = Facts::default;
    for (b, code, points) in [
        (Facts { id_no: Some("11010119900307123X".into()), ..none() }, "id_no", 50),
        (Facts { phones: vec!["1".into(), "13812345678".into()], ..none() }, "phone", 40),
        (Facts { name: Some("张明".into()), home: Some("幸福路12号".into()), ..none() }, "name_address", 30),
        (Facts { accused_org: org, ..none() }, "same_target", 15),
        (Facts { category: "050399".into(), ..none() }, "same_category", 10),
        (Facts { address: Some("幸福小区东门".into()), ..none() }, "same_place", 15),
        (Facts { text: NOISE_AGAIN.into(), ..none() }, "text", 30),
    ] {
        assert_eq!(alone(b), [(code.to_owned(), points)]);
    }
    assert_eq!(score(&a, &a, &params()).score, 100, "never above one hundred");
}

#[test]
fn nothing_in_common_scores_nothing_and_empty_facts_are_not_equal() {
    let nothing = score(&facts(NOISE), &facts(WATER), &params());
    assert_eq!((nothing.score, nothing.same_event, codes(&nothing)), (0, false, Vec::new()));
    let blank =
        Facts { phones: vec![String::new()], name: Some(" ".into()), home: Some(String::new()), ..Facts::default() };
    assert_eq!(score(&blank, &blank, &params()), Scored::default());
}

#[test]
fn the_same_name_alone_is_no_reason() {
    let named =
        |home: Option<&str>| Facts { name: Some("张伟".into()), home: home.map(str::to_owned), ..Facts::default() };
    assert_eq!(score(&named(None), &named(None), &params()).score, 0);
    assert_eq!(score(&named(Some("甲路1号")), &named(Some("乙路1号")), &params()).score, 0);
}

#[test]
fn a_second_call_about_the_same_noise_must_be_chosen_upon() {
    let first = Facts {
        phones: vec!["13812345678".into()],
        category: "050301".into(),
        address: Some("幸福小区".into()),
        text: NOISE.into(),
        ..Facts::default()
    };
    let second = Facts { text: NOISE_AGAIN.into(), ..first.clone() };
    let scored = score(&first, &second, &params());
    assert_eq!(codes(&scored), [("phone", 40), ("text", 30), ("same_place", 15), ("same_category", 10)]);
    assert_eq!((scored.score, scored.verdict(&params())), (95, Verdict::Block));
    // The neighbour, with another number: few points, but the same words of the same place.
    let neighbour = Facts { phones: vec!["13900000000".into()], ..second.clone() };
    let scored = score(&first, &neighbour, &params());
    assert_eq!((scored.score, scored.verdict(&params())), (55, Verdict::Prompt));
    let elsewhere = Facts { address: Some("阳光花园".into()), ..neighbour };
    assert_eq!(score(&first, &elsewhere, &params()).verdict(&params()), Verdict::Clear);
}

/// Matters of a made-up town: everybody writes 希望领导解决, few name the same works.
fn town() -> Vec<String> {
    let places =
        ["荷香苑", "桂巷路", "文昌雅居", "滨河新城", "油坊街", "云雾村", "松涛花园", "锦绣里", "北辰桥", "东湖站"];
    let troubles = ["夜间施工噪音扰民", "路灯连续多天不亮", "停水没有任何通知", "垃圾满溢无人清运", "物业乱收停车费用"];
    let mut all = Vec::new();
    for n in 0..5 {
        for place in places {
            for trouble in troubles {
                all.push(format!(
                    "{place}{trouble}\n尊敬的领导您好，我是市民{n}号，{place}{trouble}，希望领导尽快安排解决，谢谢！"
                ));
            }
        }
    }
    all
}

#[test]
fn what_all_write_counts_little_and_what_few_name_counts_much() {
    let town = town();
    let lexicon = Lexicon::of(town.iter().map(String::as_str));
    assert!(lexicon.is_telling() && !Lexicon::of(["一件"]).is_telling());
    let new = facts("万象搅拌站粉尘\n尊敬的领导您好，万象搅拌站整天粉尘飞扬，希望领导尽快安排解决，谢谢！");
    let same = facts("搅拌站扰民\n您好，小区旁边的万象搅拌站粉尘太大，门窗都不敢开。");
    let other = facts("北辰桥路灯不亮\n尊敬的领导您好，北辰桥路灯坏了，希望领导尽快安排解决，谢谢！");
    let ranked = rank_all(&new, [("other", other), ("same", same)], &params(), &lexicon);
    assert_eq!(ranked[0].0, "same", "{ranked:?}");
    assert!(ranked[0].1.same_event && !ranked[1].1.same_event, "{ranked:?}");
    assert_eq!(ranked[0].1.verdict(&params()), Verdict::Prompt);
}

#[test]
fn the_telling_pairs_of_a_text_are_its_names() {
    let mut town = town();
    town.push("万象搅拌站粉尘\n万象搅拌站粉尘".to_owned());
    let lexicon = Lexicon::of(town.iter().map(String::as_str));
    let told = lexicon.telling("万象搅拌站\n尊敬的领导您好，万象搅拌站粉尘，希望领导尽快解决，ＡＢ", 5);
    let words: Vec<&str> = told.iter().map(|(w, _)| w.as_str()).collect();
    assert!(words.iter().all(|w| "万象搅拌站粉尘".contains(w)), "{words:?}");
    assert!(told.windows(2).all(|w| w[0].1 >= w[1].1), "the most telling first");
    assert!(!lexicon.telling("闻所未闻", 5).iter().any(|(w, _)| w == "闻所"), "what nobody wrote finds nobody");
    assert!(!Lexicon::default().telling("闻所未闻", 5).is_empty(), "unless nothing is known");
}

#[test]
fn weights_and_thresholds_come_from_the_parameters() {
    let weights = json!({"id_no": 50, "phone": 0, "name_address": 30, "same_target": 15, "same_category": 25,
        "same_place": 15, "text_060": 30, "text_040": 15});
    let p = Params::with([("dup.weights".to_owned(), weights)]);
    assert!(p.ignored().is_empty());
    let f = Facts { phones: vec!["1".into()], category: "050301".into(), ..Facts::default() };
    assert_eq!(codes(&score(&f, &f, &p)), [("same_category", 25)], "a weight of nothing is no reason");
    let at = |score| Scored { score, ..Scored::default() }.verdict(&params());
    assert_eq!([at(69), at(70), at(89), at(90)], [Verdict::Clear, Verdict::Prompt, Verdict::Prompt, Verdict::Block]);
}

#[test]
fn candidates_come_back_best_first_and_only_the_likely_ones() {
    let new = Facts { phones: vec!["1".into()], id_no: Some("2".into()), text: NOISE.into(), ..Facts::default() };
    let same = Facts { ..new.clone() };
    let caller = Facts { phones: vec!["1".into()], text: NOISE_AGAIN.into(), ..Facts::default() };
    let stranger = facts(WATER);
    let ranked =
        rank(&new, [("stranger", stranger), ("caller", caller), ("same", same)], &params(), &Lexicon::default());
    assert_eq!(ranked.iter().map(|(k, s)| (*k, s.score)).collect::<Vec<_>>(), [("same", 100), ("caller", 70)]);
}

#[test]
fn reasons_tell_no_personal_data() {
    let f = Facts {
        id_no: Some("110101199003071233".into()),
        phones: vec!["13812345678".into()],
        name: Some("张晓明".into()),
        home: Some("幸福路12号".into()),
        text: NOISE.into(),
        ..Facts::default()
    };
    for reason in score(&f, &f, &params()).reasons {
        for secret in ["110101", "138", "张", "幸福路"] {
            assert!(!reason.cn.contains(secret), "{}", reason.cn);
        }
    }
}

#[test]
fn similarity_ignores_width_case_and_punctuation() {
    assert_eq!(similarity("ＡＢＣ，小区 停水！", "abc小区停水"), 100);
    assert_eq!(similarity("", ""), 0);
    assert_eq!(similarity("停水", "停电"), 0);
    // 4 and 4 pairs, 2 in common: 2 of 6.
    assert_eq!(similarity("甲乙丙丁戊", "甲乙丙己庚"), 33);
    assert!(similarity(NOISE, NOISE_AGAIN) >= 60 && similarity(NOISE, WATER) < 40);
}

#[test]
fn places_agree_by_estate_or_house_number_not_by_district_or_road_alone() {
    for (a, b, same) in [
        ("环翠区幸福小区3号楼", "威海市环翠区幸福小区东门", true),
        ("解放路12号", "市中区解放路12号门前", true),
        ("解放路12号", "解放路120号", false),
        ("解放路", "解放路", true),
        ("解放路北段", "解放路南段", false),
        ("环翠区", "环翠区竹岛街道", false),
        ("竹岛街道12号", "孙家疃街道12号", false),
        ("人民医院门口", "市人民医院急诊楼", true),
        ("城西农贸市场", "高区城西农贸市场2号摊位", true),
        ("前进村", "后营村", false),
        ("", "", false),
    ] {
        assert_eq!(same_place(a, b), same, "{a} / {b}");
        assert_eq!(same_place(b, a), same, "{b} / {a}");
    }
}

#[test]
fn coordinates_decide_where_both_are_known() {
    let at =
        |lng: f64, lat: f64| Facts { at: Some((lng, lat)), address: Some("幸福小区".into()), ..Facts::default() };
    let here = at(122.1200, 37.5000);
    let near = score(&here, &at(122.1210, 37.5010), &params());
    assert_eq!(codes(&near), [("same_place", 15)]);
    assert!(near.reasons[0].cn.contains("142米") || near.reasons[0].cn.contains("141米"), "{}", near.reasons[0].cn);
    assert_eq!(
        score(&here, &at(122.1300, 37.5000), &params()).score,
        0,
        "the same name 880 metres away is another estate"
    );
    assert!((distance_m((116.0, 40.0), (116.0, 41.0)) - 111_195.0).abs() < 10.0);
}

#[test]
fn numbers_and_documents_are_folded_before_comparing() {
    let requester = Requester {
        phone: Some("+86 138-1234-5678".into()),
        contact_phone: Some("0631-5200000".into()),
        id_no: Some(" 11010119900307123x ".into()),
        ..Requester::default()
    };
    let f = Facts::of_requester(&requester);
    assert_eq!(f.phones, ["13812345678", "06315200000"]);
    assert_eq!(f.id_no.as_deref(), Some("11010119900307123X"));
}
