use uuid::Uuid;

use super::*;

fn id(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(n))
}

fn org(n: u128, parent: Option<u128>, level: OrgLevel, kind: OrgKind, region: &str) -> Org {
    Org {
        id: id(n),
        code: format!("{n:04}"),
        name: format!("机构{n}"),
        short: String::new(),
        parent: parent.map(id),
        superior: None,
        level,
        kind,
        group: "区县".into(),
        region: region.into(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    }
}

fn category(code: &str, parent: Option<&str>, level: i32, name: &str, keywords: &str) -> Category {
    Category {
        code: code.into(),
        name: name.into(),
        parent: parent.map(str::to_owned),
        level,
        keywords: keywords.into(),
        active: true,
        dept_duty_only: false,
    }
}

fn rule(n: i64, category: &str, region: &str, lead: u128) -> CatalogueRule {
    CatalogueRule {
        id: n,
        category: category.into(),
        region: region.into(),
        lead: id(lead),
        co: vec![],
        legal_basis: "三定方案".into(),
        valid_from: Ts(1_000),
        valid_to: None,
    }
}

/// A government of three counties, each with forty towns of ten villages.
fn province() -> Directory {
    let mut orgs = vec![org(1, None, OrgLevel::City, OrgKind::Government, "371000000000")];
    for county in 0..3_u128 {
        let region = format!("3710{:02}000000", county + 1);
        orgs.push(org(10 + county, Some(1), OrgLevel::County, OrgKind::Government, &region));
        for town in 0..40 {
            let town_id = 1_000 + county * 100 + town;
            let region = format!("3710{:02}{:03}000", county + 1, town);
            orgs.push(org(town_id, Some(10 + county), OrgLevel::Town, OrgKind::Government, &region));
            for village in 0..10 {
                let region = format!("3710{:02}{town:03}{village:03}", county + 1);
                orgs.push(org(town_id * 100 + village, Some(town_id), OrgLevel::Village, OrgKind::Government, &region));
            }
        }
    }
    Directory::new(orgs, vec![], vec![])
}

#[test]
fn a_subtree_is_everything_within() {
    let d = province();
    for root in [1, 10, 12, 1_101, 110_103] {
        let tree = d.subtree(id(root));
        let walked: Vec<OrgId> = d.orgs().map(|o| o.id).filter(|o| d.is_within(*o, id(root))).collect();
        assert_eq!(tree, walked, "below {root}");
    }
    assert_eq!(d.subtree(id(1)).len(), 1 + 3 + 120 + 1_200);
    assert_eq!(d.subtree(id(10)).len(), 1 + 40 + 400);
    assert!(d.subtree(id(77)).is_empty() && d.children(id(77)).is_empty());
    assert_eq!(d.children(id(1)), [id(10), id(11), id(12)]);
}

#[test]
fn a_cycle_in_the_data_hangs_nothing() {
    let orgs = vec![
        org(1, Some(2), OrgLevel::City, OrgKind::Department, ""),
        org(2, Some(1), OrgLevel::City, OrgKind::Department, ""),
    ];
    let d = Directory::new(orgs, vec![category("010000", Some("010000"), 1, "环", "")], vec![]);
    assert_eq!(d.subtree(id(1)), [id(1), id(2)]);
    assert!(!d.is_within(id(1), id(9)));
    assert!(d.category_path("010000").starts_with("环"));
}

#[test]
fn the_county_of_a_village_is_its_government() {
    let mut orgs: Vec<Org> = province().orgs().cloned().collect();
    // An abolished predecessor with a smaller key, and a department at county level.
    orgs.push(Org { active: false, ..org(2, Some(1), OrgLevel::County, OrgKind::Government, "371001000000") });
    orgs.push(org(3, Some(1), OrgLevel::County, OrgKind::Department, "371001000000"));
    let d = Directory::new(orgs, vec![], vec![]);
    assert_eq!(d.county_of(id(100_003)).unwrap().id, id(10));
    assert_eq!(d.county_of(id(3)).unwrap().id, id(10));
    assert_eq!(d.county_of(id(1)), None, "the city stands in no county");
    assert_eq!(d.county_at("371003"), d.org(id(12)));
    assert_eq!(d.county_at("37"), None);
}

#[test]
fn abolished_organisations_hand_over_to_their_successor() {
    let merged = |n, into: Option<u128>| Org {
        active: false,
        merged_into: into.map(id),
        ..org(n, None, OrgLevel::City, OrgKind::Department, "")
    };
    let orgs = vec![
        merged(1, Some(2)),
        merged(2, Some(3)),
        org(3, None, OrgLevel::City, OrgKind::Center, ""),
        merged(4, None),
        merged(5, Some(5)),
    ];
    let d = Directory::new(orgs, vec![], vec![]);
    assert_eq!(d.successor(id(1)).unwrap().id, id(3));
    assert_eq!((d.successor(id(4)), d.successor(id(5))), (None, None));
    assert_eq!(d.center().unwrap().id, id(3));
}

#[test]
fn prefixes_stop_at_the_level_of_the_code() {
    assert_eq!(["370000000000", "371000000000", "371002000000"].map(region_prefix), ["37", "3710", "371002"]);
    assert_eq!(
        ["371002001000", "371002001010", "3710", ""].map(region_prefix),
        ["371002001", "371002001010", "3710", ""]
    );
    assert_eq!(["100000", "101000", "101010", "9"].map(category_prefix), ["10", "1010", "101010", "9"]);
}

#[test]
fn the_most_specific_catalogue_rule_comes_first() {
    let rules = vec![
        rule(1, "020000", "", 1),
        rule(2, "020300", "", 2),
        rule(3, "020000", "371002000000", 3),
        rule(4, "020300", "371002000000", 4),
        rule(5, "020300", "371100000000", 5),
        CatalogueRule { valid_to: Some(Ts(2_000)), ..rule(6, "020301", "", 6) },
        CatalogueRule { valid_from: Ts(9_000), ..rule(7, "020301", "", 7) },
        rule(8, "200000", "", 8),
    ];
    let d = Directory::new(vec![], vec![], rules);
    let hits = |now| -> Vec<i64> { d.catalogue_for("020301", "371002001003", Ts(now)).iter().map(|r| r.id).collect() };
    assert_eq!(hits(5_000), [4, 2, 3, 1]);
    assert_eq!(hits(1_999), [6, 4, 2, 3, 1], "a rule holds until, not including, its end");
    assert_eq!(hits(9_000), [7, 4, 2, 3, 1]);
    assert!(hits(10).is_empty());
}

#[test]
fn the_newer_of_two_equal_rules_wins() {
    let rules = vec![rule(1, "020000", "", 1), CatalogueRule { valid_from: Ts(2_000), ..rule(2, "020000", "", 2) }];
    let d = Directory::new(vec![], vec![], rules);
    assert_eq!(d.catalogue_for("020301", "371002000000", Ts(5_000))[0].id, 2);
}

fn taxonomy() -> Directory {
    let categories = vec![
        category("010000", None, 1, "农村农业", "三农 农民"),
        category("010600", Some("010000"), 2, "水利水电", "灌溉 水渠"),
        category("010601", Some("010600"), 3, "农村饮水安全", "自来水 没水 水浑"),
        category("040000", None, 1, "城乡建设", ""),
        category("040500", Some("040000"), 2, "供水", "停水 水压"),
        category("040501", Some("040500"), 3, "居民停水", "没水 断水 小区停水"),
        category("040502", Some("040500"), 3, "水质问题", "水黄 水有味 WATER"),
        category("050000", None, 1, "环境保护", "污染"),
        category("050301", Some("050000"), 3, "噪声扰民", "广场舞 施工噪音 夜间施工"),
        Category { active: false, ..category("050302", Some("050000"), 3, "噪声旧类", "广场舞") },
    ];
    Directory::new(vec![], categories, vec![])
}

fn codes(query: &str) -> Vec<String> {
    taxonomy().category_search(query, 5).into_iter().map(|h| h.code).collect()
}

#[test]
fn type_ahead_finds_by_code_name_keyword_phrase_and_path() {
    assert_eq!(codes("0405"), ["040500", "040501", "040502"]);
    assert_eq!(codes("供水")[0], "040500", "the exact name before what lies below it");
    assert_eq!(codes("停水")[0], "040500", "an exact keyword");
    assert_eq!(codes("我家小区停水三天了")[0], "040501", "the longest keyword in the phrase");
    assert_eq!(codes("晚上有人跳广场舞")[0], "050301");
    assert_eq!(codes("城乡建设")[0], "040000");
    assert!(codes("城乡建设").contains(&"040501".to_owned()), "below the path");
    assert_eq!(codes("ｗａｔｅｒ")[0], "040502", "width and case do not matter");
    assert!(codes("航天飞机").is_empty());
}

#[test]
fn several_words_narrow_the_choice() {
    assert_eq!(codes("农村 没水")[0], "010601");
    assert_eq!(codes("小区 没水")[0], "040501");
}

#[test]
fn nothing_typed_offers_the_top_level_and_abolished_categories_never_appear() {
    assert_eq!(codes("  "), ["010000", "040000", "050000"]);
    assert!(!codes("噪声旧类").contains(&"050302".to_owned()));
}

#[test]
fn a_hit_says_what_matched_and_where_it_hangs() {
    let hit = taxonomy().category_search("夜间施工吵", 1).remove(0);
    assert_eq!((hit.matched.as_str(), hit.path.as_str()), ("夜间施工", "环境保护 > 噪声扰民"));
    let named = taxonomy().category_search("供水", 1).remove(0);
    assert_eq!((named.matched.as_str(), named.name.as_str()), ("供水", "供水"));
}

/// Not a timing test: it only shows that a thousand categories are served and prints what it took.
#[test]
fn a_thousand_categories_are_searched_at_typing_speed() {
    let categories = (0..1_000).map(|n| {
        let code = format!("{:02}{:02}{:02}", n / 100 + 1, n / 10 % 10 + 1, n % 10 + 1);
        category(
            &code,
            None,
            3,
            &format!("类别{n}问题"),
            "停水 断水 小区停水 夜间施工 广场舞 油烟扰民 占道经营 路灯不亮",
        )
    });
    let d = Directory::new(vec![], categories.collect(), vec![]);
    assert!(d.category_search("热身", 1).is_empty());
    let start = std::time::Instant::now();
    let hits = (0..20).map(|n| d.category_search(&format!("类别{n}路灯不亮好几天了没人管"), 10).len()).sum::<usize>();
    println!("20 searches of 1000 categories: {:?}", start.elapsed());
    assert_eq!(hits, 200);
}
