package verifier

// NumReasons lets tests go through all reasons, later ones included.
const NumReasons = len(reasons)
