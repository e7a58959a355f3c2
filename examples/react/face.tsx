import { FaceSeal, type FaceSealProps } from 'faceseal/react'

const toOtherWay: FaceSealProps['onAlternative'] = ({ chosen }) => location.assign(`/login/${chosen ?? ''}`)

export function Face(props: FaceSealProps) {
  return <FaceSeal baseUrl="/face" onAlternative={toOtherWay} {...props} />
}
