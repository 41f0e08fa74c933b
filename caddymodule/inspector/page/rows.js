// Showing

function showConnection() {
	const how = state.paused ? "paused" : state.connection;
	const text = { silent: say("silent") + clock(state.since), refused: say("refused") + state.cause }[how];
	$("connection").className = how;
	setText($("connection"), text || say(how));
	setText($("pause"), say(state.paused ? "resume" : "pause"));
}

// show brings a fact's row up to date, and to the top. A row that is open or in use stays
// where it is.
function show(fact) {
	const list = $("facts");
	if (!fact.item) {
		fact.details = make("details", "", make("summary"));
		fact.details.addEventListener("toggle", () => showBody(fact));
		fact.item = make("li", "", fact.details);
		list.prepend(fact.item);
	} else if (!fact.details.open && !fact.item.contains(document.activeElement)) {
		list.prepend(fact.item);
	}
	const newest = fact.deliveries[0];
	fact.item.className = newest.outcome + " " + newest.level;
	fact.details.firstElementChild.replaceChildren(...row(newest));
	showBody(fact);
}

// inTwoLanguages says a text in the chosen language, and small in the other one.
function inTwoLanguages(tag, text) {
	const [chosen, other] = inBoth(text);
	const second = make(tag, "second", other);
	second.lang = languages[1 - state.language];
	return [make(tag, "first", chosen), " ", second];
}

function row(d) {
	return [
		time(d.received),
		outcomeOf(d),
		way(d),
		make("span", "why", d.shadow ? make("span", "tag", say("shadow")) : null, ...inTwoLanguages("span", d.text)),
		d.level === "stranger" ? make("span", "order sender", d.remote_ip || "") : make("span", "order", d.out_trade_no || d.id || ""),
		make("span", "amount", ...amountOf(d)),
		make("span", "what", d.kind === "unknown" ? "" : d.kind),
		tookOf(d),
		make("span", "count", d.nth > 1 ? "×" + d.nth : ""),
	];
}

// amountOf sets the number that counts apart from how people write it.
function amountOf(d) {
	if (!d.amount) return [];
	const [units, major] = inBoth(d.amount)[0].split(/, |，/);
	return [units + " ", make("span", "major", major || "")];
}

function outcomeOf(d) {
	const sign = make("span", "sign", signs[d.outcome]);
	sign.setAttribute("aria-hidden", "true");
	return make("span", "outcome", sign, say(d.outcome));
}

function tookOf(d) {
	return make("span", isSlow(d) ? "took slow" : "took", duration(d.took.all));
}

// way draws the steps in small: one look tells how far it came.
function way(d) {
	const track = make("span", "way", ...d.steps.map(({ state }) => make("i", state)));
	const end = d.steps.find(({ state }) => state === "ended");
	track.setAttribute("role", "img");
	track.setAttribute("aria-label", end ? say(end.step) + ": " + say("ended") : say("passed"));
	return track;
}

// showBody shows all kept deliveries of a fact while its row is open. Those that stand
// there already stay as they are, since somebody may be reading them.
function showBody(fact) {
	let list = fact.details.querySelector(".deliveries");
	if (!fact.details.open) {
		list?.remove();
		return;
	}
	const begins = !list;
	if (begins) fact.details.append(list = make("ol", "deliveries"));
	const items = new Map([...list.children].map((item) => [item.dataset.seq, item]));
	for (const d of fact.deliveries.toReversed()) {
		if (!items.delete(String(d.seq))) list.prepend(deliveryItem(d));
	}
	for (const dropped of items.values()) dropped.remove();
	if (begins) list.firstElementChild.firstElementChild.open = true;
}

function deliveryItem(d) {
	const item = make("li", d.outcome, make("details", "", make("summary", "",
		time(d.received), outcomeOf(d), way(d), make("span", "why", ...inTwoLanguages("span", d.text)),
		tookOf(d), make("span", "count", "#" + d.nth),
	), story(d)));
	item.dataset.seq = d.seq;
	return item;
}
