import type { SchemaObject } from 'ajv'
import ts from 'typescript'

/** Copies the comments of a type into its schema, so that both describe options in the same words. */
export function describeBy (schema: SchemaObject, file: string, name: string): SchemaObject {
  const program = ts.createProgram([file], {
    strict: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, types: ['node'], allowImportingTsExtensions: true, noEmit: true
  })
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  const root = checker.getExportsOfModule(module).find((symbol) => symbol.name === name)!
  return described(schema, checker.getDeclaredTypeOfSymbol(root))

  function described (schema: SchemaObject, type: ts.Type | undefined): SchemaObject {
    if (type === undefined) return schema
    return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, properties(value as Record<string, SchemaObject>, type)]
      if (keyword === 'items' || keyword === 'additionalProperties') return [keyword, typeof value === 'object' ? described(value as SchemaObject, elementOf(type)) : value]
      if (keyword === 'then' || keyword === 'else') return [keyword, described(value as SchemaObject, type)]
      if (keyword === 'anyOf') return [keyword, (value as SchemaObject[]).map((each) => described(each, type))]
      return [keyword, value]
    }))
  }

  function properties (all: Record<string, SchemaObject>, type: ts.Type): Record<string, SchemaObject> {
    return Object.fromEntries(Object.entries(all).map(([name, schema]) => {
      const member = membersOf(type).map((each) => checker.getPropertyOfType(each, name)).find((each) => each !== undefined)
      if (member === undefined) return [name, schema]
      const comment = ts.displayPartsToString(member.getDocumentationComment(checker)).replaceAll('\n', ' ')
      const inside = described(schema, checker.getTypeOfSymbol(member))
      return [name, comment === '' ? inside : { ...inside, description: comment }]
    }))
  }

  /** Returns the type of the elements of a list or record. */
  function elementOf (type: ts.Type): ts.Type | undefined {
    return membersOf(type)
      .map((each) => checker.getIndexTypeOfType(each, ts.IndexKind.Number) ?? checker.getIndexTypeOfType(each, ts.IndexKind.String))
      .find((each) => each !== undefined && (each.flags & ts.TypeFlags.String) === 0)
  }
}

/** Returns the alternatives that have members. */
function membersOf (type: ts.Type): ts.Type[] {
  const all = type.isUnion() ? type.types : [type]
  return all.filter(({ flags }) => (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0)
}
