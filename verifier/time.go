package verifier

import "time"

// beijing is the time zone of all v2 times.
var beijing = time.FixedZone("CST", 8*60*60)

// parseSpacedTime reads yyyy-MM-dd HH:mm:ss.
func parseSpacedTime(text string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateTime, text, beijing)
	return t, err == nil && t.Format(time.DateTime) == text && t.Year() >= 1970
}

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

// parseAnyTime reads the forms in which times of the rarer kinds have been seen.
func parseAnyTime(text string) (time.Time, bool) {
	if t, ok := parseTime(text); ok {
		return t, true
	}
	if t, ok := parseSpacedTime(text); ok {
		return t, true
	}
	return parseRFC3339(text)
}

// parseRFC3339 reads the form that APIv3 uses.
func parseRFC3339(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t.In(beijing), err == nil && t.Year() >= 1970
}

// timeOf reads a time that the kind requires.
func (n *Notification) timeOf(name string) (time.Time, *Error) {
	t, ok := parseAnyTime(n.Fields.Get(name))
	if !ok {
		return t, &Error{Reason: BadField, Detail: name}
	}
	return t, nil
}
