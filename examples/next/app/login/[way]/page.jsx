export default function Login() {
  return <p>Your other way in goes here.</p>
}
