/* Tells of any rule of hours what part of the victims was attacked in the hours that it closes, from the counts by hour
   of the week that the page publishes. Without this file the table above tells of some rules. */
"use strict";

(function () {
  const WEEK = 168;
  const SURE = 0.95;

  /* The chance of at least `least` of `n`, each by `chance`. */
  function atLeast(least, n, chance) {
    let term = n * Math.log1p(-chance);
    let sum = least === 0 ? Math.exp(term) : 0;
    for (let k = 1; k <= n; k += 1) {
      term += Math.log((n - k + 1) / k) + Math.log(chance) - Math.log1p(-chance);
      if (k >= least) sum += Math.exp(term);
    }
    return sum;
  }

  function solved(risesTo, wanted) {
    let low = 0;
    let high = 1;
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (risesTo(middle) < wanted) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /* The exact interval of a share (Clopper & Pearson 1934). */
  function interval(part, whole) {
    const tail = (1 - SURE) / 2;
    return [
      part === 0 ? 0 : solved((chance) => atLeast(part, whole, chance), tail),
      part === whole ? 1 : solved((chance) => atLeast(part + 1, whole, chance), 1 - tail),
    ];
  }

  /* Which hours of the week are closed; what lies after midnight belongs to the next day. */
  function closed(days, begin, end) {
    const length = end > begin ? end - begin : 24 - begin + end;
    const hours = new Set();
    for (const day of days) {
      for (let hour = 0; hour < length; hour += 1) hours.add((day * 24 + begin + hour) % WEEK);
    }
    return hours;
  }

  function filled(sentence, values) {
    return sentence.replace(/{(\w+)}/g, (_, name) => values[name]);
  }

  function told(counts, words, hours) {
    const known = counts.filter((count) => count !== null);
    const whole = known.reduce((sum, count) => sum + count, 0);
    if (hours.size === 0 || hours.size === WEEK || whole === 0) return [words.nothing];
    const percent = (share) => filled(words.percent, { n: Math.round(100 * share) });
    const inside = [...hours].map((hour) => counts[hour]);
    const part = inside.reduce((sum, count) => sum + count, 0);
    const withheld = inside.filter((count) => count === null).length;
    const [low, high] = interval(part, whole);
    /* Withheld hours count neither among the victims nor among the hours. */
    const share = (hours.size - withheld) / known.length;
    const values = {
      hours: hours.size, week: percent(hours.size / WEEK), part, whole, share: percent(part / whole),
      low: percent(low), high: percent(high), withheld,
    };
    const compared = low > share ? words.more : high < share ? words.fewer : words.alike;
    const lines = [filled(words.answer, values), filled(compared, { share: percent(share) })];
    if (withheld > 0) lines.push(filled(words.withheld, values));
    return lines;
  }

  document.querySelectorAll("[data-rule]").forEach((place) => {
    const { counts, words } = JSON.parse(document.getElementById(place.dataset.rule).textContent);
    function answer() {
      const days = [...place.querySelectorAll("[name=day]:checked")].map((one) => Number(one.value));
      const [begin, end] = ["begin", "end"].map((name) => Number(place.querySelector(`[name=${name}]`).value));
      const lines = told(counts, words, closed(days, begin, end));
      place.querySelector(".answer").replaceChildren(
        ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
      );
    }
    place.addEventListener("change", answer);
    place.hidden = false;
    answer();
  });
})();
