//! 评价与考核 on both engines: every figure is traced to the orders it was made of.

use app::appraisal::appraisal;
use app::view::AppraisalQuery;
use db::Db;
use domain::callback::{Rating, Solved};
use domain::indicator::Rate;
use domain::order::Command;

use crate::acceptance::{at_water, rated};
use crate::town::Town;
use crate::walk::{dispatch, give, handled, submitted};

async fn figures(town: &Town, who: &str) -> app::view::AppraisalView {
    let until = Some(town.app.now().plus_days(40).0);
    let from = Some(town.app.now().plus_days(-100).0);
    appraisal(&town.app, &town.ctx(who), &AppraisalQuery { from, until, group: None }).await.unwrap()
}

testkit::both_engines! {
    async fn figures_tell_their_parts_and_leave_out_what_is_not_judged(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_water(&town, "13812345678").await;
        handled(&town, id, task).await;
        give(&town, "callback", id, Command::Callback(rated(Rating::Sat, Solved::Solved))).await;
        let (id, task) = at_water(&town, "13812345679").await;
        handled(&town, id, task).await;
        give(&town, "callback", id, Command::Callback(rated(Rating::Dissat, Solved::Unsolved))).await;
        // Given back and agreed to: sent out, but never judged.
        let lost = submitted(&town, "13812345670").await;
        let task = give(&town, "dispatcher", lost, dispatch(&town, "water")).await.tasks[0].id;
        let view = give(&town, "water_admin", lost, crate::acceptance::give_back(task)).await;
        give(&town, "dispatcher", lost, crate::acceptance::decide(view.requests[0].id, true, false)).await;

        let seen = figures(&town, "supervisor").await;
        let water = seen.rows.iter().find(|r| r.org.id == town.org("water")).unwrap();
        assert_eq!((water.sums.dispatched, water.sums.due, water.sums.left_out), (3, 2, 1));
        assert_eq!(water.rates.close_ontime, Rate { num: 2, den: 2, value: Some(100.0) });
        assert_eq!(water.rates.sign_ontime, Rate { num: 2, den: 2, value: Some(100.0) });
        assert_eq!(water.rates.return_rate, Rate { num: 1, den: 3, value: Some(33.33) });
        assert_eq!(water.rates.bad_return_rate, Rate { num: 0, den: 1, value: Some(0.0) });
        assert_eq!(water.rates.solve_rate, Rate { num: 1, den: 2, value: Some(50.0) });
        assert_eq!(water.rates.satisfy_rate, Rate { num: 1, den: 2, value: Some(50.0) });
        assert_eq!(water.rates.contact_rate, Rate { num: 2, den: 2, value: Some(100.0) });
        assert!(water.few, "two orders are not to be compared with anybody's");
        // A unit's figures hold those of everything below it; the whole counts each order once.
        let gov = seen.rows.iter().find(|r| r.org.id == town.org("gov")).unwrap();
        assert_eq!((gov.sums, seen.total), (water.sums, water.sums));
        // A unit sees its own share only, and nobody without the permission sees any.
        assert_eq!(figures(&town, "housing_boss").await.total.dispatched, 0);
        assert!(appraisal(&town.app, &town.ctx("agent"), &AppraisalQuery::default()).await.is_err());
        let upside = AppraisalQuery { from: Some(10), until: Some(5), group: None };
        assert!(appraisal(&town.app, &town.ctx("supervisor"), &upside).await.is_err());
    }
}
