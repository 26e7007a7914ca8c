/** Text of somebody else, such as a line of a log, as a terminal may show it: nothing in it moves the cursor or sets a title. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '·')
