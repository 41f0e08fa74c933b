// Filters

function matches(fact) {
	const newest = fact.deliveries[0];
	if (state.outcome && newest.outcome !== state.outcome) return false;
	return !state.query || fact.deliveries.some((d) =>
		[d.out_trade_no, d.transaction_id, d.id, d.merchant, d.kind, d.event_type, d.reason, d.text.en, d.text.zh, d.remote_ip]
			.some((value) => value && value.toLowerCase().includes(state.query)));
}

function applyFilters() {
	for (const fact of state.facts.values()) if (fact.item) fact.item.hidden = !matches(fact);
	showCounts();
	showEmpty();
}

function showCounts() {
	const counts = { "": state.facts.size };
	for (const fact of state.facts.values()) {
		const { outcome } = fact.deliveries[0];
		counts[outcome] = (counts[outcome] || 0) + 1;
	}
	for (const button of $("outcomes").children) {
		setText(button.lastElementChild, String(counts[button.dataset.outcome] || 0));
		button.setAttribute("aria-pressed", String(state.outcome === button.dataset.outcome));
	}
}

function showEmpty() {
	const visible = [...state.facts.values()].some((fact) => fact.item && !fact.item.hidden);
	const known = state.connection === "live" || state.facts.size > 0;
	$("empty").hidden = visible || !known;
	setText($("empty"), say(state.facts.size === 0 ? "none" : "noMatch"));
}

function makeFilters() {
	$("outcomes").replaceChildren(...["", ...outcomes].map((outcome) => {
		const button = make("button", outcome, outcome ? make("span", "sign", signs[outcome]) : null, say(outcome || "all"), " ", make("span", "number", "0"));
		button.type = "button";
		button.dataset.outcome = outcome;
		button.addEventListener("click", () => {
			state.outcome = outcome;
			applyFilters();
		});
		return button;
	}));
}

// Language

function chooseLanguage() {
	const chosen = location.hash.slice(1) || navigator.language || "en";
	state.language = chosen.toLowerCase().startsWith("zh") ? 1 : 0;
	document.documentElement.lang = languages[state.language];
	document.title = say("title");
	for (const link of document.querySelectorAll("nav a")) {
		if (link.lang === languages[state.language]) link.setAttribute("aria-current", "true");
		else link.removeAttribute("aria-current");
	}
	for (const element of document.querySelectorAll("[data-words]")) element.textContent = say(element.dataset.words);
	for (const element of document.querySelectorAll("[data-words-placeholder]")) element.placeholder = say(element.dataset.wordsPlaceholder);
	for (const element of document.querySelectorAll("[data-words-label]")) element.setAttribute("aria-label", say(element.dataset.wordsLabel));
	makeFilters();
	for (const fact of state.facts.values()) {
		const [newest] = fact.deliveries;
		fact.details.firstElementChild.replaceChildren(...row(newest));
		fact.details.querySelector(".deliveries")?.remove();
		showBody(fact);
	}
	applyFilters();
	showConnection();
}

// Keyboard

function move(step) {
	const rows = [...document.querySelectorAll("#facts summary")].filter((row) => row.checkVisibility());
	const at = rows.indexOf(document.activeElement);
	const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
	rows[next]?.focus();
}

function setPaused(paused) {
	state.paused = paused;
	showConnection();
	askSoon(0);
}

function search() {
	state.query = $("search").value.trim().toLowerCase();
	applyFilters();
}

function leaveSearch() {
	$("search").value = "";
	$("search").blur();
	search();
}

const keys = {
	j: () => move(1), ArrowDown: () => move(1),
	k: () => move(-1), ArrowUp: () => move(-1),
	"/": () => $("search").focus(),
	p: () => setPaused(!state.paused),
};

document.addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.target === $("search")) {
		if (event.key === "Escape") leaveSearch();
		if (event.key !== "ArrowDown") return;
	}
	if (event.target instanceof HTMLPreElement && event.key.startsWith("Arrow")) return; // it scrolls
	const act = keys[event.key];
	if (!act) return;
	event.preventDefault();
	act();
});

$("search").addEventListener("input", search);
$("pause").addEventListener("click", () => setPaused(!state.paused));
window.addEventListener("hashchange", chooseLanguage);
document.addEventListener("visibilitychange", () => askSoon(0));

chooseLanguage();
askSoon(0);
