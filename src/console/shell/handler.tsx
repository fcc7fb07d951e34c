import { useSession } from '../foundation/session.tsx'
import { Account } from './account.tsx'

/** Where a handler begins: in words what comes here, and what does not (law 7). */
export default function HandlerPage() {
  const { staff } = useSession()
  return (
    <div className="inner">
      <div className="title-row">
        <h1>督办单</h1>
        <span className="soft">{staff.unitName}</span>
      </div>
      <section className="sheet" aria-label="督办单">
        <p>
          群众反映的问题经回访核实成立的，由督办员向承办单位签发督办单。签发给{staff.unitName}
          的督办单会列在这里，由您签收、整改、答复；来不及办结的，可以在到期前申请延期。
        </p>
        <p style={{ marginTop: '0.5rem' }}>
          督办功能尚未启用，现在没有需要您办理的事项。启用后，新的督办单会自动出现在本页。
        </p>
        <p className="quiet" style={{ marginTop: '0.5rem' }}>
          被评价的单位不参与对自己的回访：谁作了评价、写了什么，除督办单写明的以外，这里都看不到。
        </p>
      </section>
      <Account />
    </div>
  )
}
