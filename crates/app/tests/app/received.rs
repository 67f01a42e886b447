//! R02 on both engines: counts are the orders made, B3 holds, periods and scopes are kept apart.

use app::appraisal::{received, received_export};
use app::order::order_register;
use app::view::{ReceivedExportForm, ReceivedQuery, ReceivedView};
use db::Db;
use domain::order::{Channel, DemandType, Origin, RegisterForm};
use kernel::Clock;

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted_as};

fn form(n: usize, channel: Channel, kind: DemandType) -> RegisterForm {
    let source = matches!(channel, Channel::Superior | Channel::Media).then(|| "省信访局".to_owned());
    RegisterForm {
        channel: Some(channel),
        demand_type: Some(kind),
        origin: Origin { source, ..Origin::default() },
        ..complaint(&format!("1380531{n:04}"))
    }
}

fn n_of(view: &ReceivedView, channel: Channel, kind: DemandType) -> i64 {
    let row = view.channels.iter().position(|c| c.code == channel.code()).unwrap();
    let column = view.kinds.iter().position(|k| k.code == kind.code()).unwrap();
    view.cells[row][column]
}

testkit::both_engines! {
    async fn counts_are_the_orders_made_and_every_sum_agrees(db: Db) {
        use Channel::{Media, Phone, Superior, Web};
        use DemandType::{Complaint, Consult, Help};
        let town = Town::build(db).await;
        let now = town.clock.now();
        let mut n = 0;
        // A year ago, the thirty days before, and now.
        for (at, made) in [
            (now.plus_days(-370), vec![(Phone, Help)]),
            (now.plus_days(-366), vec![(Phone, Help), (Phone, Help), (Web, Consult), (Web, Consult)]),
            (now.plus_days(-40), vec![(Phone, Complaint), (Media, Complaint)]),
            (now.plus_days(-1), vec![(Phone, Complaint), (Phone, Help), (Web, Consult), (Media, Complaint), (Superior, Complaint)]),
        ] {
            town.clock.set(at);
            for (channel, kind) in made {
                n += 1;
                order_register(&town.app, &town.ctx("agent"), form(n, channel, kind)).await.unwrap();
            }
        }
        town.clock.set(now);
        let view = received(&town.app, &town.ctx("leader"), &ReceivedQuery::default()).await.unwrap();
        assert_eq!((view.total.n, view.total.last, view.total.year), (5, 2, 5), "now, the thirty days before, a year ago");
        assert!(view.balanced, "B3");
        let rows: i64 = view.channels.iter().map(|c| c.n).sum();
        let columns: i64 = view.kinds.iter().map(|k| k.n).sum();
        let cells: i64 = view.cells.iter().flatten().sum();
        assert_eq!((rows, columns, cells), (5, 5, 5), "Σ来源 = Σ类型 = 受理总量");
        assert_eq!((n_of(&view, Phone, Complaint), n_of(&view, Media, Complaint), n_of(&view, Phone, Consult)), (1, 1, 0));
        let share: i64 = view.channels.iter().map(|c| c.share).sum();
        assert_eq!(share, 10_000);
        assert_eq!((view.total.on_last.value, view.total.on_year.value), (Some(150.0), Some(0.0)));
        let superior = view.channels.iter().find(|c| c.code == "09").unwrap();
        assert_eq!((superior.n, superior.on_last.value), (1, None), "nothing then, nothing to compare with");

        let none = received(&town.app, &town.ctx("housing_boss"), &ReceivedQuery::default()).await.unwrap();
        assert_eq!(none.total.n, 0, "a unit sees its own orders alone");
        let id = submitted_as(&town, form(90, Phone, Complaint)).await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let query = ReceivedQuery { from: None, until: Some(now.plus_days(1).0) };
        let own = received(&town.app, &town.ctx("housing_boss"), &query).await.unwrap();
        assert_eq!((own.total.n, n_of(&own, Phone, Complaint)), (1, 1));
        assert!(received(&town.app, &town.ctx("agent"), &query).await.is_err(), "reports are for who may read them");
    }

    async fn the_sheet_says_what_the_screen_says(db: Db) {
        let town = Town::build(db).await;
        order_register(&town.app, &town.ctx("agent"), form(1, Channel::Media, DemandType::Complaint)).await.unwrap();
        let now = town.clock.now();
        let ask = ReceivedExportForm {
            from: now.plus_days(-7).0,
            until: now.plus_days(1).0,
            format: "csv".to_owned(),
            purpose: "统计分析".to_owned(),
        };
        let file = received_export(&town.app, &town.ctx("leader"), &ask).await.unwrap();
        assert!(file.file_name.contains("诉求受理总体情况表"), "{}", file.file_name);
    }
}
