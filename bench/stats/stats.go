// Package stats holds the arithmetic that both programs share.
package stats

import "slices"

// Median returns the middle value, of an even number the upper one of the two.
func Median[T int64 | float64](values []T) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
