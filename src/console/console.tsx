import { ConfigProvider, Result } from 'antd'
import zhCN from 'antd/locale/zh_CN'

export function Console() {
  return (
    <ConfigProvider locale={zhCN}>
      <Result status="info" title="回访工作台" />
    </ConfigProvider>
  )
}
