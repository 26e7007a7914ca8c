import { useState } from 'preact/hooks'

/** Asks for a token, where the API wants one. It is kept in a cookie that no script can read. */
export const TokenForm = () => {
  const [problem, setProblem] = useState<string | null>(null)
  const send = async (form: HTMLFormElement): Promise<void> => {
    const given = new FormData(form).get('token')
    const token = typeof given === 'string' ? given : ''
    const response = await fetch('/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    if (response.ok) location.reload()
    else setProblem('The token was not accepted.')
  }
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        void send(event.currentTarget)
      }}
    >
      <label>
        Token <input type="password" name="token" autocomplete="current-password" required />
      </label>
      <button type="submit">Go on</button>
      {problem !== null && <span role="alert">{problem}</span>}
    </form>
  )
}
