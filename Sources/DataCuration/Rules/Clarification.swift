// A question back, or honest not-knowing: what looks like a refusal and is good manners.

enum Clarification: Rule {
    static let name = "clarification"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        return own && scene.role == .assistant ? .clarification : nil
    }

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                "+((could|can|would|will) you) ~3 (provide|clarify|specify|share|elaborate|rephrase|explain what|give me|give more|tell me|confirm|let me know|paste)",
                "+(please (provide|clarify|specify|rephrase|give me more|tell me more|share more|let me know|paste|elaborate|confirm)) ~3 (more|what|which|the|your|me|additional|further|if|a|any|how|where) ~8",
                "i'm (sorry|afraid) , ~3 ~3 +(unclear|not sure what|don't understand|do not understand|didn't understand|did not understand|not clear|need more|didn't catch|not sure which|not familiar|not aware|don't know|do not know|don't have information|do not have information|don't have enough|do not have enough|don't have any information|do not have any information|don't see|couldn't find|could not find|not able to find|unable to find|do not have specific|don't have specific)",
                "i +(don't have enough|do not have enough|don't have any information|do not have any information|don't have information|do not have information|am not familiar with|'m not familiar with|am not aware of|'m not aware of|couldn't find|could not find|don't understand|do not understand|am not sure what you|'m not sure what you|'m not sure which|need more information|need more context|need a bit more|don't know of|do not know of|am not sure i understand|'m not sure i understand|'m not sure i follow|don't have specific information|do not have specific information|'d need to know|would need to know|would need more|'d need more|need to know|need some more|don't have details|do not have details)",
                "+(there is no record|there is no evidence|no one knows|nobody knows|it is unclear|it's unclear|it is not clear|it's not clear|there's no record|no known|is not publicly|unable to find any|not enough information|not enough context)",
                "+(what do you mean by|which one do you|do you mean|did you mean|are you referring|are you asking|what kind of|which version|which of these)",
            ]
        ),
        (
            "mul",
            [
                "+(pourriez-vous|pouvez-vous|peux-tu|pourrais-tu|merci de) ~3 (préciser|clarifier|fournir|donner|indiquer|m'indiquer|me dire|me donner|reformuler|partager|m'en dire|me préciser|confirmer)",
                "+(könnten sie|können sie|kannst du|könntest du|magst du) ~5 (präzisieren|genauer|klären|mehr|angeben|mitteilen|erläutern|sagen|schicken|beschreiben|nennen)",
                "+(podrías|podría|puedes|puede) ~3 (aclarar*|especificar*|proporcionar*|dar*|decir*|precisar*|indicar*|compartir*|confirmar*|contar*)",
                "+(potresti|potrebbe|puoi|può) ~3 (chiarire|specificare|fornir*|dar*|dir*|precisare|indicar*|spiegar*|condivider*|confermar*)",
                "+(poderia|você pode|podes|pode|consegue|podia) ~3 (esclarecer|especificar|fornecer|dar|dizer|precisar|informar|explicar|compartilhar|confirmar|detalhar|indicar|partilhar)",
                "+(kun je|kunt u|zou je|zou u|wil je) ~5 (verduidelijken|specificeren|meer|aangeven|vertellen|toelichten|geven|sturen|preciseren|laten weten|delen)",
                "+(czy możesz|czy mógłbyś|czy mogłabyś|możesz|proszę o|czy mógłby|czy może pan|mógłbyś) ~4 (doprecyzować|podać|wyjaśnić|sprecyzować|powiedzieć|więcej|doprecyzowanie|określić|napisać|wskazać|przesłać)",
                "+(уточните|не могли бы вы|можете уточнить|могли бы вы|расскажите подробнее|не могли бы|можешь уточнить|уточни|подскажите)",
                "+(请问您|能否提供|可以提供|请提供|请您|能具体|可否|能告诉我|您能|您是指|请告诉我|麻烦您|能否|请补充|请明确|请具体|你是指|你能|可以告诉我)",
                "+(教えていただけますか|教えてください|詳しく|具体的に|お知らせください|ご教示|どのような|お聞かせください|どちら|教えていただけ|いただけますでしょうか)",
                "+(알려주시|알려 주시|말씀해 주시|구체적으로|자세히|어떤|말씀해주시|더 알려|공유해 주시)",
                "+(هل يمكنك|هل تستطيع|من فضلك|أرجو|هل تقصد|يرجى|هل لك أن|هل بإمكانك) ~4 (توضيح|تحديد|تقديم|إخباري|ذكر|التوضيح|تزويدي|توضح|تزودني|تحدد|مشاركة|إعادة|ماذا)",
                "+(je ne sais pas|je n'ai pas d'information*|aucune trace|on ignore|nul ne sait|das weiß niemand|ist nicht bekannt|keine informationen|ist unklar|no se sabe|no hay registro*|no tengo información|no existe registro|non si sa|non ho informazioni|nessuno sa|não se sabe|não há registro*|não tenho informações|niet bekend|geen informatie|niemand weet|nie wiadomo|nie mam informacji|brak danych|неизвестно|нет сведений|нет данных|никто не знает|не располагаю информацией|目前没有|没有记录|尚无|没有相关信息|尚不清楚|分かりません|わかりません|記録は|알려진 바|알 수 없|기록이|غير معروف|لا توجد معلومات|لا أحد يعرف|لا يعرف|لا يوجد دليل)",
            ]
        ),
    ]
}
