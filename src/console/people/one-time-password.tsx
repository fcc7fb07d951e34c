import { Button, Modal, Typography } from 'antd'

/** The password that was made for somebody: told once, to be handed over by word or on paper. */
export function OneTimePassword({
  name,
  password,
  onClose,
}: {
  name: string
  password: string
  onClose: () => void
}) {
  return (
    <Modal
      open
      title={`${name} 的初始密码`}
      closable={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" autoFocus onClick={onClose}>
          已经记下
        </Button>
      }
    >
      <p>请当面告知本人。首次登录时必须更改；关闭后不再显示，忘记时请重置。</p>
      <p className="secret">
        <Typography.Text code copyable={{ tooltips: ['复制', '已复制'] }}>
          {password}
        </Typography.Text>
      </p>
    </Modal>
  )
}
