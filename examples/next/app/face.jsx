'use client'

import { FaceSeal } from 'faceseal/react'

const toOtherWay = ({ chosen }) => location.assign(`/login/${chosen ?? ''}`)

export function Face(props) {
  return <FaceSeal baseUrl="/face" onAlternative={toOtherWay} {...props} />
}
