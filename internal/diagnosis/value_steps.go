package diagnosis

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// blankSteps undo what became of blanks and line breaks.
var blankSteps = []fieldStep{
	valueStep(valuePadded, func(value string) []string {
		return []string{strings.TrimSpace(value), strings.TrimRight(value, " \t\r\n"), strings.TrimLeft(value, " \t\r\n")}
	}),
	valueStep(valueTrimmed, func(value string) (before []string) {
		for _, blank := range []string{" ", "\n", "\r\n", "\t", "  ", "\u3000", "\u00A0", "\r", "\n\n"} {
			before = append(before, value+blank, blank+value)
		}
		return append(before, " "+value+" ")
	}),
	valueStep(lineEndsChanged, func(value string) []string {
		return []string{
			strings.ReplaceAll(value, "\n", "\r\n"), strings.ReplaceAll(value, "\n", "\r"), strings.ReplaceAll(value, "\n", ""),
			strings.ReplaceAll(value, " ", "\n"), strings.ReplaceAll(value, "\n", " "), brTag.ReplaceAllString(value, "\n"),
			strings.ReplaceAll(value, " ", "\r\n"), strings.ReplaceAll(value, "\r", ""),
		}
	}),
}

var brTag = regexp.MustCompile(`(?i)<br ?/?>`)

// maxInserts is the longest value into which something is put at every place.
const maxInserts = 256

// insertBlanks puts one blank or line break back at each place.
func insertBlanks(value string) (before []string) {
	if len(value) > maxInserts {
		return nil
	}
	for _, blank := range []string{" ", "\n", "\r\n", "\t"} {
		for at := 1; at < len(value); at++ {
			before = append(before, value[:at]+blank+value[at:])
		}
	}
	return before
}

// numberSteps undo what programs make of numbers.
var numberSteps = []fieldStep{
	namedValueStep(amountInYuan, func(name, value string) []string {
		if !isAmount(name) || !decimal.MatchString(value) {
			return nil
		}
		return []string{scaled(value, 100), scaledDown(value)}
	}),
	valueStep(numberReformatted, func(value string) []string {
		plain := strings.TrimPrefix(strings.ReplaceAll(value, ",", ""), "+")
		if !decimal.MatchString(plain) {
			return nil
		}
		return []string{scaled(plain, 1), plain}
	}),
	valueStep(numberScientific, func(value string) []string {
		if !scientific.MatchString(value) {
			return nil
		}
		return []string{scaled(value, 1)}
	}),
	valueStep(zerosLost, func(value string) (before []string) {
		if !digits.MatchString(value) {
			return nil
		}
		for zeros := 1; zeros <= 8; zeros++ {
			before = append(before, strings.Repeat("0", zeros)+value)
		}
		return before
	}),
}

var (
	digits     = regexp.MustCompile(`^[0-9]{1,40}$`)
	decimal    = regexp.MustCompile(`^[0-9]{1,40}(\.[0-9]{1,8})?$`)
	scientific = regexp.MustCompile(`^[0-9](\.[0-9]{1,40})?[eE]\+?[0-9]{1,2}$`)
)

// isAmount reports whether an element is an amount, by its name. Only those become yuan, all
// of them at once.
func isAmount(name string) bool {
	return strings.Contains(name, "_fee") || strings.HasSuffix(name, "_amount")
}

// scaled multiplies a decimal number and returns it as an integer; where it is none, as it
// is.
func scaled(value string, factor int64) string {
	number, ok := new(big.Rat).SetString(value)
	if !ok {
		return value
	}
	if number.Mul(number, big.NewRat(factor, 1)); !number.IsInt() {
		return value
	}
	return number.Num().String()
}

// scaledDown makes yuan of fen.
func scaledDown(value string) string {
	number, ok := new(big.Rat).SetString(value)
	if !ok {
		return value
	}
	return strings.TrimSuffix(number.Quo(number, big.NewRat(100, 1)).FloatString(2), ".00")
}

// formSteps undo that a value was written in another form.
var formSteps = []fieldStep{
	valueStep(valueCase, func(value string) []string { return []string{strings.ToUpper(value), strings.ToLower(value)} }),
	valueStep(timeReformatted, reformatTime),
	valueStep(booleanChanged, func(value string) []string {
		switch strings.ToLower(value) {
		case "true", "1":
			return []string{"Y"}
		case "false", "0":
			return []string{"N"}
		}
		return nil
	}),
}

// jsonSteps undo that the JSON in an element was written anew.
var jsonSteps = []fieldStep{valueStep(jsonReserialized, reserializeJSON)}

// timeForms are forms of times; the first two are those of APIv2.
var timeForms = []string{
	"20060102150405", time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006/01/02 15:04:05", "2006-01-02T15:04:05.000Z07:00",
	"2006-01-02 15:04:05.0", "Mon Jan 02 15:04:05 CST 2006",
}

func reformatTime(value string) (before []string) {
	for _, form := range timeForms {
		t, err := time.Parse(form, value)
		if err != nil {
			continue
		}
		for _, shift := range []time.Duration{0, 8 * time.Hour, -8 * time.Hour} { // from or to Beijing's
			before = append(before, t.UTC().Add(shift).Format(timeForms[0]), t.UTC().Add(shift).Format(timeForms[1]))
			before = append(before, t.Add(shift).Format(timeForms[0]))
		}
	}
	return before
}

// reserializeJSON writes JSON as the programs of this world do.
func reserializeJSON(value string) (before []string) {
	object, ok := parseJSON(value)
	if !ok {
		return nil
	}
	for style := range jsonStyles() {
		before = append(before, style.write(object))
	}
	for style := range jsonStyles() {
		before = append(before, style.write(object.reordered(nil)))
	}
	return before
}

// maxEdits is the longest value of which every character is changed.
const maxEdits = 128

const editAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-|*@. "

// maxAmount bounds the amounts that are tried, in fen.
const maxAmount = 10_000

// editSteps undo that one character, or one amount, was changed.
var editSteps = []fieldStep{
	valueStep(blankLost, insertBlanks),
	namedValueStep(valueChanged, func(name, _ string) (before []string) {
		if !strings.HasSuffix(name, "_fee") {
			return nil
		}
		for amount := range maxAmount {
			before = append(before, strconv.Itoa(amount))
		}
		return before
	}),
	valueStep(valueChanged, editOnce),
}

// editOnce changes, takes out or puts in one character.
func editOnce(value string) (before []string) {
	if len(value) > maxEdits {
		return nil
	}
	for at := range len(value) {
		before = append(before, value[:at]+value[at+1:])
		for _, c := range editAlphabet {
			before = append(before, value[:at]+string(c)+value[at+1:])
		}
	}
	for at := range len(value) + 1 {
		for _, c := range editAlphabet {
			before = append(before, value[:at]+string(c)+value[at:])
		}
	}
	return before
}
