package verifier

import "time"

// beijing is the time zone of all v2 times.
var beijing = time.FixedZone("CST", 8*60*60)

// parseTime reads yyyyMMddHHmmss.
func parseTime(text string) (time.Time, bool) {
	const layout = "20060102150405"
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) { // time.Parse would take fractions of a second
			return time.Time{}, false
		}
	}
	t, err := time.ParseInLocation(layout, text, beijing)
	return t, err == nil
}
