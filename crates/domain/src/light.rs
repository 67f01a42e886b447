//! 红黄绿灯: computed from a clock and the present moment (§4.2), never stored as truth.


coded! {
    /// The lamp of a clock.
    Light {
        Green = "green", "正常";
        Yellow = "yellow", "即将到期";
        Red = "red", "已逾期";
        Paused = "paused", "暂停计时";
        DoneOnTime = "done_on_time", "按时办结";
        DoneLate = "done_late", "逾期办结";
        Off = "off", "不计时";
    }
}
