//! Words of which plausible matters are made, and the chance that picks them: the same seed gives the same city.

/// A small generator (SplitMix64, public domain by S. Vigna): measurements must be repeatable, not unguessable.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// What the next choice hangs on, without making it.
    pub const fn peek(&self) -> u64 {
        self.0
    }

    /// `0..n`, all alike.
    #[expect(clippy::cast_possible_truncation, reason = "smaller than n")]
    pub const fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// `0..n`, the first ones much more often: the k-th about 1/(k+1) as often as the first.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index below n"
    )]
    pub fn skewed(&mut self, n: usize) -> usize {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((((n + 1) as f64).powf(share)) as usize).clamp(1, n) - 1
    }

    /// True in `per_mille` of 1000 cases.
    pub const fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub const fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of several, by weight.
    pub fn weighted<T: Copy>(&mut self, from: &[(usize, T)]) -> T {
        let mut at = self.below(from.iter().map(|(w, _)| w).sum());
        for (weight, value) in from {
            if at < *weight {
                return *value;
            }
            at -= weight;
        }
        from[0].1
    }
}

pub const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾",
    "彭", "吕",
];
pub const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀", "霞",
    "平", "刚", "桂", "玉", "兰", "英", "华", "建", "国", "文", "辉", "力", "波", "宁", "福", "生", "龙", "元", "全",
    "胜", "学",
];
pub const ROADS: &[&str] = &[
    "人民路",
    "解放路",
    "建设路",
    "中山路",
    "新华街",
    "胜利街",
    "文化路",
    "和平路",
    "滨河路",
    "学府路",
    "工业大道",
    "迎宾大道",
    "长江路",
    "黄河路",
    "青年路",
    "团结路",
    "振兴街",
    "光明街",
    "育才路",
    "体育路",
    "公园路",
    "东环路",
    "西环路",
    "南环路",
    "北环路",
    "站前街",
    "民主路",
    "朝阳路",
    "向阳街",
    "幸福路",
    "康宁路",
    "金桥路",
    "翠竹路",
    "梧桐街",
    "银杏路",
    "樱花路",
];
pub const ESTATES: &[&str] = &[
    "锦绣花园",
    "阳光新城",
    "翠湖雅居",
    "金域华府",
    "碧水湾",
    "和谐家园",
    "紫荆苑",
    "书香门第",
    "盛世名门",
    "春天里",
    "丽景湾",
    "江南水郡",
    "东方明珠",
    "御景天城",
    "香樟林",
    "梅园小区",
    "兰亭小区",
    "竹苑小区",
    "纺织厂宿舍",
    "机械厂家属院",
    "教师新村",
    "幸福里",
    "安居苑",
    "康乐小区",
    "惠民佳苑",
    "福源小区",
    "枫林绿洲",
    "半岛蓝湾",
    "凤凰城",
    "龙泉小区",
];
pub const DETAILS: &[&str] = &[
    "已经持续三天了",
    "上周就向物业反映过一直没有结果",
    "每到下雨天更加严重",
    "老人和孩子出行很不方便",
    "夜里根本无法休息",
    "附近居民都有同样的意见",
    "曾拨打过主管部门电话无人接听",
    "现场没有任何警示标志",
    "已经有人因此受伤",
    "工作人员答复说不归他们管",
    "费用照收但是没有提供服务",
    "承诺的期限早就过了",
    "要求出具依据对方拿不出来",
    "影响整栋楼住户的正常生活",
    "担心存在安全隐患",
    "之前处理过一次又反复出现",
    "多次沟通都是互相推诿",
    "希望能有明确的时间表",
];
pub const WISHES: &[&str] = &[
    "希望尽快派人到现场核实处理",
    "请求相关部门依法查处并回复",
    "要求退还费用并给出说明",
    "希望协调解决并电话告知结果",
    "建议加强日常巡查和管理",
    "请问具体的办理流程和所需材料",
    "希望给出书面答复",
    "请求恢复正常供应",
];

/// The same person has the same name each time.
pub fn name(person: u64) -> String {
    let mut dice = Dice::new(person ^ 0x5EED);
    let mut name = (*dice.pick(SURNAMES)).to_owned();
    name += *dice.pick(GIVEN);
    if dice.chance(700) {
        name += *dice.pick(GIVEN);
    }
    name
}

/// The same person has the same number each time; numbers of the range nobody is given.
pub fn phone(person: u64) -> String {
    format!("199{:08}", Dice::new(person).next() % 100_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_choices_come_most_often() {
        let mut dice = Dice::new(1);
        let mut seen = [0_u32; 10];
        for _ in 0..10_000 {
            seen[dice.skewed(10)] += 1;
        }
        assert!(seen[0] > 2 * seen[2] && seen[2] > seen[9] && seen[9] > 0, "{seen:?}");
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7);
        let rare = (0..10_000).filter(|_| dice.weighted(&[(99, false), (1, true)])).count();
        assert!((50..200).contains(&rare), "{rare}");
    }
}
