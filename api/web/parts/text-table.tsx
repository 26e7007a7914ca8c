/** The numbers of a picture. */
export interface TableText {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A picture's numbers as a table, folded away. */
export const TextTable = ({ of }: { readonly of: TableText }) => (
  <details>
    <summary>{of.caption} as a table</summary>
    <div class="scroll" tabIndex={0} role="group" aria-label={of.caption}>
      <table>
        <caption class="unseen">{of.caption}</caption>
        <thead>
          <tr>
            {of.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)
