package audit

// Check words the check of a permission as WebYaST's clients and tools know it
// (webyast contract §7): "Action: P User: U Result: yes", and with the role when one
// gave the right, "Action: P User: U WITH role R Result: yes". It is one line whatever
// the values are, of at most 256 characters each. Names may hold blanks, so it is for
// reading; what is evaluated are the members permission, user, role and outcome.
func Check(permission string, user Name, role string, allowed bool) string {
	text := "Action: " + plain(permission) + " User: " + plain(user.text)
	if role != "" {
		text += " WITH role " + plain(role)
	}
	if allowed {
		return text + " Result: yes"
	}
	return text + " Result: no"
}
