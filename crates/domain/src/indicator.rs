//! 话务指标 (§1.5): rates with their numerators and denominators, made of plain sums. A rate without a denominator has no
//! value and prints as “—”.

use serde::{Deserialize, Serialize};

/// A share or an average that remembers what it was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rate {
    pub num: i64,
    pub den: i64,
    /// Two decimals, rounded half up: per cent for shares, seconds for averages. `None` when the denominator is 0.
    pub value: Option<f64>,
}

impl Rate {
    /// A share in per cent.
    #[must_use]
    pub fn share(num: i64, den: i64) -> Self {
        Self { num, den, value: hundredths(i128::from(num) * 10_000, i128::from(den)) }
    }

    /// An average of milliseconds, in seconds.
    #[must_use]
    pub fn seconds(ms: i64, den: i64) -> Self {
        Self { num: ms, den, value: hundredths(i128::from(ms), i128::from(den) * 10) }
    }

    /// So many for each `per`.
    #[must_use]
    pub fn per(num: i64, den: i64, per: i64) -> Self {
        Self { num, den, value: hundredths(i128::from(num) * i128::from(per) * 100, i128::from(den)) }
    }
}

/// `num / den` taken as hundredths, rounded half up.
fn hundredths(num: i128, den: i128) -> Option<f64> {
    if den <= 0 {
        return None;
    }
    let rounded = (num * 2 + den).div_euclid(den * 2);
    Some(rounded as f64 / 100.0)
}

/// Sums of calls within a window, from which every figure is made. Milliseconds are sums over the calls beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallSums {
    /// 来电总量: 人工请求来电.
    pub offered: i64,
    /// 接听量.
    pub answered: i64,
    /// 放弃量: everything offered and not answered, so that offered = answered + abandoned (B19).
    pub abandoned: i64,
    /// 短放弃, among the abandoned.
    pub short_abandoned: i64,
    /// 留言, among the abandoned.
    pub messages: i64,
    /// 预约回拨, among the abandoned.
    pub booked: i64,
    /// Answered within the first and the second threshold (`call.svc_threshold_s`).
    pub in15: i64,
    pub in20: i64,
    pub wait_ms: i64,
    pub talk_ms: i64,
    pub max_talk_ms: i64,
    /// 呼出量.
    pub outbound: i64,
    pub outbound_reached: i64,
    pub outbound_talk_ms: i64,
    /// 漏接: abandoned and not short.
    pub missed: i64,
    /// 漏接回拨量: of these, called back in time.
    pub called_back: i64,
    /// 黑名单拦截量.
    pub blocked: i64,
    pub rating_asked: i64,
    pub rated: i64,
    pub satisfied: i64,
    pub dissatisfied: i64,
}

/// The figures of §1.5 for one row of R01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallRates {
    /// 接通率.
    pub conn_rate: Rate,
    /// 15秒接通率, of the answered.
    pub sl15: Rate,
    /// 15秒服务水平, of the offered.
    pub sl15_offered: Rate,
    /// 20秒接通率, of the answered.
    pub sl20: Rate,
    /// 平均等待时长, seconds.
    pub asa: Rate,
    /// 平均通话时长, seconds.
    pub aht: Rate,
    /// 呼出平均时长, seconds.
    pub outbound_aht: Rate,
    /// 放弃率, short ones left out on both sides.
    pub abandon_rate: Rate,
    /// 漏接回拨率.
    pub missed_cb_rate: Rate,
    /// 参评率 and 满意率 of 一次一评.
    pub rated_rate: Rate,
    pub satisfy_rate: Rate,
}

impl CallSums {
    /// 合计话务量.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.answered + self.outbound
    }

    /// Every rate of the row.
    #[must_use]
    pub fn rates(&self) -> CallRates {
        CallRates {
            conn_rate: Rate::share(self.answered, self.offered),
            sl15: Rate::share(self.in15, self.answered),
            sl15_offered: Rate::share(self.in15, self.offered),
            sl20: Rate::share(self.in20, self.answered),
            asa: Rate::seconds(self.wait_ms, self.answered),
            aht: Rate::seconds(self.talk_ms, self.answered),
            outbound_aht: Rate::seconds(self.outbound_talk_ms, self.outbound_reached),
            abandon_rate: Rate::share(self.abandoned - self.short_abandoned, self.offered - self.short_abandoned),
            missed_cb_rate: Rate::share(self.called_back, self.missed),
            rated_rate: Rate::share(self.rated, self.rating_asked),
            satisfy_rate: Rate::share(self.satisfied, self.rated),
        }
    }

    /// Adds another row.
    #[must_use]
    pub fn plus(self, o: &Self) -> Self {
        Self {
            offered: self.offered + o.offered,
            answered: self.answered + o.answered,
            abandoned: self.abandoned + o.abandoned,
            short_abandoned: self.short_abandoned + o.short_abandoned,
            messages: self.messages + o.messages,
            booked: self.booked + o.booked,
            in15: self.in15 + o.in15,
            in20: self.in20 + o.in20,
            wait_ms: self.wait_ms + o.wait_ms,
            talk_ms: self.talk_ms + o.talk_ms,
            max_talk_ms: self.max_talk_ms.max(o.max_talk_ms),
            outbound: self.outbound + o.outbound,
            outbound_reached: self.outbound_reached + o.outbound_reached,
            outbound_talk_ms: self.outbound_talk_ms + o.outbound_talk_ms,
            missed: self.missed + o.missed,
            called_back: self.called_back + o.called_back,
            blocked: self.blocked + o.blocked,
            rating_asked: self.rating_asked + o.rating_asked,
            rated: self.rated + o.rated,
            satisfied: self.satisfied + o.satisfied,
            dissatisfied: self.dissatisfied + o.dissatisfied,
        }
    }
}

/// Sums of orders within a period, for the leading unit. Timeliness by due date, volumes by dispatch, the citizen's word by
/// the date of the callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderSums {
    /// 派单量.
    pub dispatched: i64,
    /// 退单量: of these, returns that were agreed to.
    pub returned: i64,
    /// 不计量: came due, but not judged: returned, recalled, reassigned, ended with the order, or 剔除.
    pub left_out: i64,
    /// 剔除量: of these, taken out by an approved application.
    pub exempt: i64,
    /// 应办结: came due and judged.
    pub due: i64,
    pub close_ontime: i64,
    pub overdue: i64,
    /// 应签收.
    pub sign_due: i64,
    pub sign_ontime: i64,
    /// 应响应: the time to reach the citizen came to its end.
    pub respond_due: i64,
    pub respond_ontime: i64,
    pub return_asked: i64,
    /// 不当退单: asked and refused.
    pub return_refused: i64,
    /// 回访工单.
    pub attempted: i64,
    pub reached: i64,
    /// 是否联系: answered with yes, answered at all (记不清 counts as no answer).
    pub contact_yes: i64,
    pub contact_told: i64,
    /// 是否解决.
    pub solved: i64,
    pub partial: i64,
    pub unsolved: i64,
    /// 过程满意 and 结果满意, each with its valid ratings.
    pub process_sat: i64,
    pub process_rated: i64,
    pub result_sat: i64,
    pub result_rated: i64,
    /// 申诉成立: answers of which something does not count because a contest was agreed to.
    pub contested: i64,
    /// 应复审 knowledge: came due; of these, reviewed or renewed in time.
    pub kb_due: i64,
    pub kb_ontime: i64,
}

/// The figures of §1.5 for one unit. 联系, 过程, 结果 and 解决 are told apart and never made into one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRates {
    /// 按时签收率.
    pub sign_ontime: Rate,
    /// 响应率.
    pub respond_rate: Rate,
    /// 按时办结率.
    pub close_ontime: Rate,
    /// 超期率.
    pub overdue_rate: Rate,
    /// 退单率.
    pub return_rate: Rate,
    /// 不当退单率.
    pub bad_return_rate: Rate,
    /// 回访成功率.
    pub reach_rate: Rate,
    /// 联系率.
    pub contact_rate: Rate,
    /// 解决率.
    pub solve_rate: Rate,
    /// 过程满意率.
    pub process_rate: Rate,
    /// 结果满意率.
    pub satisfy_rate: Rate,
    /// 知识更新及时率.
    pub kb_fresh: Rate,
}

impl OrderRates {
    /// Every rate with its name, in the order of the page.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, Rate); 12] {
        [
            ("按时签收率", self.sign_ontime),
            ("响应率", self.respond_rate),
            ("按时办结率", self.close_ontime),
            ("超期率", self.overdue_rate),
            ("退单率", self.return_rate),
            ("不当退单率", self.bad_return_rate),
            ("回访成功率", self.reach_rate),
            ("联系率", self.contact_rate),
            ("过程满意率", self.process_rate),
            ("结果满意率", self.satisfy_rate),
            ("解决率", self.solve_rate),
            ("知识更新及时率", self.kb_fresh),
        ]
    }
}

impl OrderSums {
    /// Every rate. `partial_percent`: how much of a partly solved matter counts as solved (`eval.partial_weight`), per
    /// cent; with a weight both sides of 解决率 are kept in hundredths of an order.
    #[must_use]
    pub fn rates(&self, partial_percent: i64) -> OrderRates {
        let told = self.solved + self.partial + self.unsolved;
        let solve_rate = match partial_percent {
            0 => Rate::share(self.solved, told),
            weight => Rate::share(self.solved * 100 + self.partial * weight, told * 100),
        };
        OrderRates {
            sign_ontime: Rate::share(self.sign_ontime, self.sign_due),
            respond_rate: Rate::share(self.respond_ontime, self.respond_due),
            close_ontime: Rate::share(self.close_ontime, self.due),
            overdue_rate: Rate::share(self.overdue, self.due),
            return_rate: Rate::share(self.returned, self.dispatched),
            bad_return_rate: Rate::share(self.return_refused, self.return_asked),
            reach_rate: Rate::share(self.reached, self.attempted),
            contact_rate: Rate::share(self.contact_yes, self.contact_told),
            solve_rate,
            process_rate: Rate::share(self.process_sat, self.process_rated),
            satisfy_rate: Rate::share(self.result_sat, self.result_rated),
            kb_fresh: Rate::share(self.kb_ontime, self.kb_due),
        }
    }

    /// Adds another unit's.
    #[must_use]
    pub fn plus(self, o: &Self) -> Self {
        self.each(o, |a, b| a + b)
    }

    /// Takes another's share away.
    #[must_use]
    pub fn minus(self, o: &Self) -> Self {
        self.each(o, |a, b| a - b)
    }

    fn each(self, o: &Self, with: fn(i64, i64) -> i64) -> Self {
        Self {
            dispatched: with(self.dispatched, o.dispatched),
            returned: with(self.returned, o.returned),
            left_out: with(self.left_out, o.left_out),
            exempt: with(self.exempt, o.exempt),
            due: with(self.due, o.due),
            close_ontime: with(self.close_ontime, o.close_ontime),
            overdue: with(self.overdue, o.overdue),
            sign_due: with(self.sign_due, o.sign_due),
            sign_ontime: with(self.sign_ontime, o.sign_ontime),
            respond_due: with(self.respond_due, o.respond_due),
            respond_ontime: with(self.respond_ontime, o.respond_ontime),
            return_asked: with(self.return_asked, o.return_asked),
            return_refused: with(self.return_refused, o.return_refused),
            attempted: with(self.attempted, o.attempted),
            reached: with(self.reached, o.reached),
            contact_yes: with(self.contact_yes, o.contact_yes),
            contact_told: with(self.contact_told, o.contact_told),
            solved: with(self.solved, o.solved),
            partial: with(self.partial, o.partial),
            unsolved: with(self.unsolved, o.unsolved),
            process_sat: with(self.process_sat, o.process_sat),
            process_rated: with(self.process_rated, o.process_rated),
            result_sat: with(self.result_sat, o.result_sat),
            result_rated: with(self.result_rated, o.result_rated),
            contested: with(self.contested, o.contested),
            kb_due: with(self.kb_due, o.kb_due),
            kb_ontime: with(self.kb_ontime, o.kb_ontime),
        }
    }
}

/// 每十万人座席数.
#[must_use]
pub fn seats_per_100k(seats: i64, population: i64) -> Rate {
    Rate::per(seats, population, 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_half_up_to_two_decimals_and_keep_their_parts() {
        assert_eq!(Rate::share(1, 3), Rate { num: 1, den: 3, value: Some(33.33) });
        assert_eq!(Rate::share(2, 3).value, Some(66.67));
        // 1/16 = 6.25 %, 1/160 = 0.625 % → 0.63.
        assert_eq!(Rate::share(1, 160).value, Some(0.63));
        assert_eq!(Rate::share(5, 5).value, Some(100.0));
        assert_eq!(Rate::seconds(12_345, 1).value, Some(12.35));
        assert_eq!(Rate::seconds(12_344, 1).value, Some(12.34));
        assert_eq!(Rate::share(0, 0), Rate { num: 0, den: 0, value: None });
    }

    #[test]
    fn both_fifteen_second_rates_are_told_apart() {
        let sums = CallSums { offered: 10, answered: 8, abandoned: 2, in15: 6, in20: 7, ..CallSums::default() };
        let rates = sums.rates();
        assert_eq!((rates.sl15.value, rates.sl15_offered.value), (Some(75.0), Some(60.0)));
        assert_eq!((rates.sl20.value, rates.conn_rate.value), (Some(87.5), Some(80.0)));
    }

    #[test]
    fn short_abandons_leave_both_sides_of_the_abandon_rate_only() {
        let sums = CallSums { offered: 12, answered: 8, abandoned: 4, short_abandoned: 2, ..CallSums::default() };
        assert_eq!(sums.rates().abandon_rate, Rate { num: 2, den: 10, value: Some(20.0) });
        assert_eq!(sums.rates().conn_rate, Rate { num: 8, den: 12, value: Some(66.67) });
    }

    #[test]
    fn the_yearbook_of_a_real_city_comes_out_as_printed() {
        // 常州2021: 接听 962151, 呼出 284170, 合计话务量 1246321.
        let sums = CallSums { answered: 962_151, outbound: 284_170, ..CallSums::default() };
        assert_eq!(sums.total(), 1_246_321);
    }

    #[test]
    fn what_the_citizen_says_is_told_apart_and_a_part_may_count_in_part() {
        let sums =
            OrderSums { solved: 6, partial: 2, unsolved: 2, process_sat: 9, process_rated: 10, ..OrderSums::default() };
        assert_eq!(sums.rates(0).solve_rate, Rate { num: 6, den: 10, value: Some(60.0) });
        assert_eq!(sums.rates(50).solve_rate, Rate { num: 700, den: 1000, value: Some(70.0) });
        assert_eq!((sums.rates(0).process_rate.value, sums.rates(0).satisfy_rate.value), (Some(90.0), None));
        let twice = sums.plus(&sums);
        assert_eq!((twice.solved, twice.rates(0).solve_rate.value), (12, Some(60.0)));
    }

    #[test]
    fn seats_are_told_for_each_hundred_thousand_people() {
        assert_eq!(seats_per_100k(120, 5_350_000).value, Some(2.24));
        assert_eq!(seats_per_100k(3, 0).value, None);
    }
}
