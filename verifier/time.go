package verifier

import "time"

// beijing is the time zone of all v2 times.
var beijing = time.FixedZone("CST", 8*60*60)

// parseTime reads yyyyMMddHHmmss.
func parseTime(text string) (time.Time, bool) {
	if len(text) != len("yyyyMMddHHmmss") {
		return time.Time{}, false
	}
	var pairs [7]int // the year's first half, then year, month, day, hour, minute, second
	for i := range pairs {
		tens, ones := text[2*i], text[2*i+1]
		if !isDigit(tens) || !isDigit(ones) {
			return time.Time{}, false
		}
		pairs[i] = int(tens-'0')*10 + int(ones-'0')
	}
	year, month, day := 100*pairs[0]+pairs[1], time.Month(pairs[2]), pairs[3]
	hour, minute, second := pairs[4], pairs[5], pairs[6]
	t := time.Date(year, month, day, hour, minute, second, 0, beijing)
	// time.Date carries what exceeds a field over into the next one.
	gotYear, gotMonth, gotDay := t.Date()
	ok := year >= 1970 && gotYear == year && gotMonth == month && gotDay == day && hour < 24 && minute < 60 && second < 60
	return t, ok
}
