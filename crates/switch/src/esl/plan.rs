//! Who hears whom, in FreeSWITCH's terms: a bridge of two, a bridge with somebody listening or whispering, or a conference
//! with relations between its members. A pure translation of a call's edges.

use std::collections::BTreeSet;

use kernel::LegId;
use voice::switch::Edge;

/// How the legs of a call are connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Nobody hears anybody: all are parked.
    #[default]
    Apart,
    Pair(LegId, LegId),
    /// `ear` hears both of the pair; `whisper` is the one of them that hears him.
    Heard {
        pair: (LegId, LegId),
        ear: LegId,
        whisper: Option<LegId>,
    },
    /// Everything else.
    Conference(BTreeSet<LegId>),
}

impl Shape {
    #[must_use]
    pub fn of(edges: &[Edge]) -> Self {
        let edges: BTreeSet<(LegId, LegId)> = edges.iter().map(|e| (e.from, e.to)).filter(|(a, b)| a != b).collect();
        let legs: BTreeSet<LegId> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let both = |a: LegId, b: LegId| edges.contains(&(a, b)) && edges.contains(&(b, a));
        let all: Vec<LegId> = legs.iter().copied().collect();
        match all.as_slice() {
            [] => Self::Apart,
            [a, b] if both(*a, *b) => Self::Pair(*a, *b),
            [a, b, c] => [(*a, *b, *c), (*a, *c, *b), (*b, *c, *a)]
                .into_iter()
                .find_map(|(a, b, ear)| {
                    let hears = edges.contains(&(a, ear)) && edges.contains(&(b, ear));
                    let whisper = match (edges.contains(&(ear, a)), edges.contains(&(ear, b))) {
                        (false, false) => None,
                        (true, false) => Some(a),
                        (false, true) => Some(b),
                        (true, true) => return None,
                    };
                    (both(a, b) && hears).then_some(Self::Heard { pair: (a, b), ear, whisper })
                })
                .unwrap_or(Self::Conference(legs)),
            _ => Self::Conference(legs),
        }
    }

    #[must_use]
    pub fn legs(&self) -> BTreeSet<LegId> {
        match self {
            Self::Apart => BTreeSet::new(),
            Self::Pair(a, b) => BTreeSet::from([*a, *b]),
            Self::Heard { pair, ear, .. } => BTreeSet::from([pair.0, pair.1, *ear]),
            Self::Conference(legs) => legs.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Uuid;

    const fn leg(n: u128) -> LegId {
        LegId(Uuid::from_u128(n))
    }

    fn edges(all: &[(u128, u128)]) -> Vec<Edge> {
        all.iter().map(|(from, to)| Edge { from: leg(*from), to: leg(*to) }).collect()
    }

    #[test]
    fn shapes() {
        assert_eq!(Shape::of(&[]), Shape::Apart);
        assert_eq!(Shape::of(&edges(&[(1, 1)])), Shape::Apart);
        assert_eq!(Shape::of(&edges(&[(1, 2), (2, 1)])), Shape::Pair(leg(1), leg(2)));
        let pair = (leg(1), leg(2));
        let listened = edges(&[(1, 2), (2, 1), (1, 3), (2, 3)]);
        assert_eq!(Shape::of(&listened), Shape::Heard { pair, ear: leg(3), whisper: None });
        let mut whispered = listened.clone();
        whispered.push(edges(&[(3, 2)])[0]);
        assert_eq!(Shape::of(&whispered), Shape::Heard { pair, ear: leg(3), whisper: Some(leg(2)) });
        let mut three = whispered.clone();
        three.push(edges(&[(3, 1)])[0]);
        assert_eq!(Shape::of(&three), Shape::Conference(BTreeSet::from([leg(1), leg(2), leg(3)])));
        assert_eq!(Shape::of(&edges(&[(1, 2)])), Shape::Conference(BTreeSet::from([leg(1), leg(2)])));
        assert_eq!(Shape::of(&edges(&[(1, 2), (2, 1), (3, 4), (4, 3)])).legs().len(), 4);
    }
}
