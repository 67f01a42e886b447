// Decoration only: everything works without it.
"use strict";
document.querySelectorAll("textarea[data-most]").forEach(function (box) {
  var most = Number(box.dataset.most);
  var count = document.createElement("p");
  count.className = "count";
  count.setAttribute("aria-hidden", "true");
  box.after(count);
  var tell = function () {
    var n = Array.from(box.value.trim()).length;
    count.textContent = n + " / " + most;
    count.classList.toggle("over", n > most);
  };
  box.addEventListener("input", tell);
  tell();
});
// A second press while the first is under way is of no use to anybody; the server files once in any case.
document.querySelectorAll("button[data-once]").forEach(function (button) {
  button.form.addEventListener("submit", function () {
    setTimeout(function () {
      button.disabled = true;
      button.textContent = "正在提交…";
    });
  });
});
addEventListener("pageshow", function (event) {
  if (event.persisted) location.reload();
});
var wrong = document.querySelector(".summary");
if (wrong) wrong.focus();
