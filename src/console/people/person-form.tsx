import { useQueryClient } from '@tanstack/react-query'
import { Alert, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { patch, post, type ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'
import type { Role } from '../foundation/session.tsx'
import { useUnits } from '../foundation/use-units.ts'
import { roleWords } from '../words.ts'
import type { Person } from './use-people.ts'

interface Fields {
  name?: string
  role: Role
  unitCode: string
  scopeCode?: string | undefined
}

const formId = 'person-form'
const roleHints: Record<Role, string> = {
  agent: '打回访电话、人工判读',
  supervisor: '管理队列、改派、复核、导出',
  handler: '签收并答复发给本单位的督办单，看不到评价人',
  administrator: '管理人员与设置，看不到回访内容',
  auditor: '查阅审计记录',
}

/** Registers somebody, or moves them to another role, unit or scope. What was typed outlives a refusal. */
export function PersonForm({
  person,
  onClose,
  onDone,
}: {
  /** Null: somebody new. */
  person: Person | null
  onClose: () => void
  onDone: (told: { name: string; oneTimePassword: string } | null) => void
}) {
  const [form] = Form.useForm<Fields>()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const queries = useQueryClient()
  const units = useUnits()
  const role = Form.useWatch('role', form)
  const choices = units.choices(false)

  const save = async (fields: Fields) => {
    setBusy(true)
    setFault(null)
    try {
      if (person === null) {
        const { staff, oneTimePassword } = await post<{
          staff: Person
          oneTimePassword: string
        }>('/api/v1/staff', fields)
        onDone({ name: staff.name, oneTimePassword })
      } else {
        const changed = (['role', 'unitCode', 'scopeCode'] as const).filter(
          (name) => fields[name] !== person[name],
        )
        if (changed.length > 0) {
          await patch(
            `/api/v1/staff/${person.id}`,
            Object.fromEntries(changed.map((name) => [name, fields[name]])),
          )
        }
        onDone(null)
      }
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
      void queries.invalidateQueries({ queryKey: ['people'] })
    }
  }
  return (
    <Modal
      open
      title={person === null ? '登记人员' : `修改：${person.name}`}
      okText={person === null ? '登记' : '保存'}
      cancelText="取消"
      confirmLoading={busy}
      // Enter in a field sends the form too.
      okButtonProps={{ htmlType: 'submit', form: formId }}
      onCancel={onClose}
      // A dialog takes the focus for itself when it opens.
      afterOpenChange={(open) => open && form.getFieldInstance(person ? 'role' : 'name')?.focus()}
    >
      <Form
        id={formId}
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={
          person ?? { name: '', role: 'agent', unitCode: undefined, scopeCode: undefined }
        }
        onFinish={(fields) => void save(fields)}
      >
        {person === null && (
          <Form.Item
            name="name"
            label="姓名或工号"
            extra="用于登录，不能与他人相同"
            rules={[
              { required: true, whitespace: true, message: '请填写姓名' },
              { max: 50, message: '不能超过 50 个字' },
            ]}
          >
            <Input autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="role" label="角色" extra={role && roleHints[role]}>
          <Select
            options={(Object.entries(roleWords) as [Role, string][]).map(([value, label]) => ({
              value,
              label,
            }))}
          />
        </Form.Item>
        <Form.Item
          name="unitCode"
          label="所在单位"
          extra="本人看不到所在单位及其上下级单位的回访"
          rules={[{ required: true, message: '请选择单位' }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'search' }}
            loading={units.isLoading}
            placeholder="输入名称或代码查找"
            options={choices}
          />
        </Form.Item>
        <Form.Item
          name="scopeCode"
          label="负责范围"
          extra={
            person === null
              ? '不选时：承办人负责所在单位，其他人负责所在单位的上级单位'
              : '可以办理或查看哪个单位及其下级'
          }
          rules={person === null ? [] : [{ required: true, message: '请选择负责范围' }]}
        >
          <Select
            allowClear={person === null}
            showSearch={{ optionFilterProp: 'search' }}
            loading={units.isLoading}
            placeholder="按所在单位"
            options={choices}
          />
        </Form.Item>
      </Form>
      {person !== null && (
        <Alert type="info" showIcon title="保存后，此人的登录会立即结束，须重新登录" />
      )}
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
