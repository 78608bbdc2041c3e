//go:build pam && cgo

package pamauth

import (
	"errors"

	"github.com/msteinert/pam/v2"

	"countersign/session"
	"countersign/session/verify"
)

var errNoPrompt = errors.New("pamauth: nobody answers this prompt")

// conversation answers the prompts of one transaction.
type conversation struct {
	ask      verify.Ask
	password string
	given    bool             // the password was asked for
	pending  []session.Prompt // messages that go with the next prompt
}

// RespondPAM implements pam.ConversationHandler. An error becomes PAM_CONV_ERR.
func (c *conversation) RespondPAM(style pam.Style, text string) (string, error) {
	switch style {
	case pam.PromptEchoOff:
		if !c.given {
			c.given = true
			return c.password, nil
		}
		return c.question(session.Prompt{Text: clean(text)})
	case pam.PromptEchoOn:
		return c.question(session.Prompt{Text: clean(text), Echo: true})
	case pam.ErrorMsg, pam.TextInfo:
		if len(c.pending) < maxPrompts-1 {
			c.pending = append(c.pending, session.Prompt{Text: clean(text), Info: true})
		}
		return "", nil
	}
	return "", errNoPrompt
}

// question asks the client, telling it first what modules have said before.
func (c *conversation) question(p session.Prompt) (string, error) {
	prompts := append(c.pending, p)
	c.pending = nil
	reply, err := c.ask(encodePrompts(prompts))
	if err != nil {
		return "", err
	}
	defer clear(reply)
	answers, err := unpack(reply)
	if err != nil || len(answers) != len(prompts) {
		return "", errPayload
	}
	return answers[len(answers)-1], nil
}
