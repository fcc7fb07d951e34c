import { Alert, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { businesses } from '../../policy/businesses.ts'
import type { TemplatePurpose } from '../../template/template.ts'
import { post, type ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'
import { useGo } from '../foundation/leaving.tsx'
import { contentOf, emptyContent } from './content.ts'
import { useTextsChanged, type Version } from './use-texts.ts'
import { purposeWords, textPath } from './words.ts'

interface Fields {
  key: string
  purpose: TemplatePurpose
  business: string
}
const forAll = 'all'

/** Begins a template with a name, a use and the words of the one that is in use for it now. */
export function NewText({ versions, onClose }: { versions: Version[]; onClose: () => void }) {
  const [form] = Form.useForm<Fields>()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const changed = useTextsChanged()
  const go = useGo()
  const begin = async ({ key, purpose, business: chosen }: Fields) => {
    setBusy(true)
    setFault(null)
    const business = chosen === forAll ? null : chosen
    const model =
      versions.find((each) => each.purpose === purpose && each.business === business) ??
      versions.find((each) => each.purpose === purpose)
    try {
      await post('/api/v1/templates', {
        key: key.trim(),
        purpose,
        business,
        ...(model ? contentOf(model) : emptyContent(purpose)),
        fallbackId: null,
      })
      await changed()
      void go(textPath(key.trim()))
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title="写新模板"
      okText="建草稿"
      cancelText="取消"
      confirmLoading={busy}
      okButtonProps={{ htmlType: 'submit', form: 'new-text' }}
      onCancel={onClose}
      afterOpenChange={(open) => open && form.getFieldInstance('key')?.focus()}
    >
      <Form
        id="new-text"
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ key: '', purpose: 'ask', business: forAll }}
        onFinish={(fields) => void begin(fields)}
      >
        <Form.Item
          name="key"
          label="模板名"
          extra="只用文字、数字和连字符；同名即为同一模板的下一版"
          rules={[{ required: true, whitespace: true, message: '请填写模板名' }]}
        >
          <Input autoComplete="off" maxLength={40} />
        </Form.Item>
        <Form.Item name="purpose" label="用途">
          <Select
            options={Object.entries(purposeWords).map(([value, label]) => ({ value, label }))}
          />
        </Form.Item>
        <Form.Item
          name="business"
          label="业务"
          extra="“通用”用于没有专用模板的业务；内容先照抄现用的模板，再修改"
        >
          <Select
            options={[
              { value: forAll, label: '通用' },
              ...businesses.map((each) => ({ value: each, label: each })),
            ]}
          />
        </Form.Item>
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
